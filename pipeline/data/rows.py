"""Rows of training data in the three forms that callgate reads, seen through one view."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .markup import Markup, read_markup

CHAT = "chat"
OPENAI = "openai"
SHAREGPT = "sharegpt"

# What ShareGPT data calls the roles; other names are kept as they are.
SHAREGPT_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "system": "system",
    "tool": "tool",
    "observation": "tool",
    "function_response": "tool",
}
RESPONSE_OPEN = "<tool_response>"
RESPONSE_CLOSE = "</tool_response>"


class Place(NamedTuple):
    """Where a row stands: the number of its file within the data set, and its line from 1."""

    file: int
    line: int


class Turn:
    """One message: its role by callgate's names, its text, and the calls that it makes.

    `structured` holds the calls that stand beside the text (the OpenAI and ShareGPT forms), each
    as the JSON object with `name` and `arguments`; `markup` what the text has of call markup.
    """

    __slots__ = ("has_call", "index", "markup", "role", "structured", "text")

    def __init__(
        self, index: int, role: str, text: str, structured: tuple[dict[str, Any], ...] = ()
    ) -> None:
        self.index = index
        self.role = role
        self.text = text
        self.structured = structured
        self.markup: Markup | None = (
            read_markup(text) if role == "assistant" and "<tool_call>" in text else None
        )
        # Whether the turn makes a call, or tries to.
        self.has_call = self.markup is not None or bool(structured)


class Row:
    """One example: where it stands, its JSON object as it came, its form and its turns.

    The turns are also sorted by what they are: `callers` make a call, `answers` are the other
    assistant turns, `heard` those of the user and of roles that are not known.
    """

    __slots__ = (
        *("answers", "callers", "data", "facts", "faulty", "form", "heard", "line_bytes"),
        *("suspicious", "place", "turns"),
    )

    def __init__(self, data: dict[str, Any], form: str, turns: list[Turn]) -> None:
        self.data = data
        self.form = form
        self.turns = turns
        self.place = Place(0, 0)
        self.line_bytes = b""
        # What the calls of each turn do, once someone has asked (see call_facts.facts_of_row).
        self.facts: list[Any] | None = None
        self.faulty = False
        # False only where the line is known to hold no run of characters that looks like a key.
        self.suspicious = True
        self.callers: list[Turn] = []
        self.answers: list[Turn] = []
        self.heard: list[Turn] = []
        for turn in turns:
            role = turn.role
            if role == "assistant":
                (self.callers if turn.has_call else self.answers).append(turn)
            elif role != "system":
                self.heard.append(turn)

    @property
    def user_turns(self) -> Iterator[Turn]:
        """Yield the turns in which a person speaks: tool responses are left out."""
        for turn in self.heard:
            if turn.role == "user" and not turn.text.startswith(RESPONSE_OPEN):
                yield turn

    @property
    def own_tools(self) -> dict[str, dict[str, Any]]:
        """The tools that the row itself declares (OpenAI's `tools`), by name."""
        found: dict[str, dict[str, Any]] = {}
        declared = self.data.get("tools")
        for tool in declared if isinstance(declared, list) else ():
            function = tool.get("function", tool) if isinstance(tool, dict) else None
            if isinstance(function, dict) and isinstance(function.get("name"), str):
                found[function["name"]] = function
        return found


class RowProblemError(ValueError):
    """A row that cannot be read: the message says which key is missing or wrong."""


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a truth value"}
    names |= {int: "a number", float: "a number", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _openai_calls(message: dict[str, Any], where: str) -> tuple[dict[str, Any], ...]:
    calls = message["tool_calls"]
    if calls is None:
        return ()
    if not isinstance(calls, list):
        raise RowProblemError(f"{where}.tool_calls is {_kind(calls)}, not a list")
    found = []
    for number, call in enumerate(calls):
        function = call.get("function", call) if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise RowProblemError(f"{where}.tool_calls[{number}] has no function with a name")
        found.append(function)
    return tuple(found)


def _message_problem(message: object, where: str) -> str:
    if not isinstance(message, dict):
        return f"{where} is {_kind(message)}, not an object"
    for key in ("role", "content"):
        if key not in message:
            return f"{where} has no key {key!r}"
    if not isinstance(message["role"], str):
        return f"{where}.role is {_kind(message['role'])}, not text"
    return f"{where}.content is {_kind(message['content'])}, not text"


def _read_messages(data: dict[str, Any]) -> Row:
    messages = data["messages"]
    if type(messages) is not list:
        raise RowProblemError(f"messages is {_kind(messages)}, not a list")
    if not messages:
        raise RowProblemError("messages is an empty list")
    form = OPENAI if "tools" in data else CHAT
    turns: list[Turn] = []
    role: Any
    text: Any
    for index, message in enumerate(messages):
        try:
            role, text = message["role"], message["content"]
        except (KeyError, TypeError):
            # A message that only calls may leave `content` out.
            if not (isinstance(message, dict) and message.get("tool_calls")):
                raise RowProblemError(_message_problem(message, f"messages[{index}]")) from None
            role, text = message.get("role"), message.get("content")
        structured: tuple[dict[str, Any], ...] = ()
        if len(message) > 2 or "content" not in message:
            if "tool_calls" in message:
                form = OPENAI
                structured = _openai_calls(message, f"messages[{index}]")
                text = "" if text is None else text
            elif "tool_call_id" in message:
                form = OPENAI
        if type(role) is not str or type(text) is not str:
            raise RowProblemError(_message_problem(message, f"messages[{index}]"))
        turns.append(Turn(index, role, text, structured))
    return Row(data, form, turns)


def _sharegpt_call(value: str) -> tuple[dict[str, Any], ...]:
    import orjson

    try:
        read = orjson.loads(value)
    except ValueError:
        return ({"name": "", "arguments": value},)
    calls = read if isinstance(read, list) else [read]
    named = [call for call in calls if isinstance(call, dict) and isinstance(call.get("name"), str)]
    return tuple(named) or ({"name": "", "arguments": value},)


def _read_conversations(data: dict[str, Any]) -> Row:
    turns: list[Turn] = []
    conversation = data["conversations"]
    if not isinstance(conversation, list):
        raise RowProblemError(f"conversations is {_kind(conversation)}, not a list")
    if not conversation:
        raise RowProblemError("conversations is an empty list")
    for index, message in enumerate(conversation):
        where = f"conversations[{index}]"
        if not isinstance(message, dict):
            raise RowProblemError(f"{where} is {_kind(message)}, not an object")
        for key in ("from", "value"):
            if key not in message:
                raise RowProblemError(f"{where} has no key {key!r}")
            if not isinstance(message[key], str):
                raise RowProblemError(f"{where}.{key} is {_kind(message[key])}, not text")
        name: str = message["from"]
        value: str = message["value"]
        role = SHAREGPT_ROLES.get(name, name)
        if name == "function_call" and "<tool_call>" not in value:
            turns.append(Turn(index, role, "", _sharegpt_call(value)))
        else:
            turns.append(Turn(index, role, value))
    return Row(data, SHAREGPT, turns)


def read_row(data: object) -> Row:
    """View a parsed line as a row, whichever of the three forms it has.

    Raises RowProblemError with a sentence that names the missing or wrong key.
    """
    if type(data) is not dict:
        raise RowProblemError(f"the row is {_kind(data)}, not an object")
    if "messages" in data:
        return _read_messages(data)
    if "conversations" in data:
        return _read_conversations(data)
    raise RowProblemError("the row has neither 'messages' nor 'conversations'")


def text_key(row: Row, index: int) -> tuple[dict[str, Any], str]:
    """Return the message object of a turn and the key that its text stands under."""
    if row.form == SHAREGPT:
        return row.data["conversations"][index], "value"
    return row.data["messages"][index], "content"
