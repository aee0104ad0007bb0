"""Bad habits of training data, put into clean rows: what `callgate clean` takes out again."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from fixtures.toml_files import read_toml

from ..calls import CALL_OPEN, find_calls
from ..rows import RESPONSE_CLOSE, RESPONSE_OPEN

Row = dict[str, Any]
Messages = list[dict[str, str]]

OTHER_SYSTEM_PROMPT = "You are a coding assistant."
_PHRASES = Path(__file__).with_name("defects.toml")
_ANY = "any"


class Phrases(NamedTuple):
    """What is said where nothing should be; preambles and announcements by tool or `any`."""

    preambles: Mapping[str, list[str]]
    announcements: Mapping[str, list[str]]
    fillers: list[str]


@cache
def phrases() -> Phrases:
    """Return the phrases of defects.toml."""
    return Phrases(**read_toml(_PHRASES))


def _say(by_tool: Mapping[str, list[str]], tools: Sequence[str], random: Random) -> str:
    """Return a phrase for a call; three of four times one that fits its first tool."""
    fitting = by_tool.get(tools[0], []) if tools else []
    return random.choice(fitting if fitting and random.random() < 0.75 else by_tool[_ANY])


def _messages(row: Row) -> Messages:
    return [dict(message) for message in row["messages"]]


def _first_call(messages: Messages) -> int:
    for index, message in enumerate(messages):
        if message["role"] == "assistant" and CALL_OPEN in message["content"]:
            return index
    raise ValueError("the row makes no call")


def with_preamble(row: Row, tools: Sequence[str], random: Random) -> Row:
    """Put text before the first call; raises ValueError for a row without any."""
    messages = _messages(row)
    message = messages[_first_call(messages)]
    gap = random.choice(("\n\n", "\n\n", "\n"))
    message["content"] = _say(phrases().preambles, tools, random) + gap + message["content"]
    return {"messages": messages}


def with_announcement(row: Row, tools: Sequence[str], random: Random) -> Row:
    """Promise the first call, and make it only after the user asks once more; raises ValueError."""
    messages = _messages(row)
    position = _first_call(messages)
    promise = _say(phrases().announcements, tools, random)
    messages[position:position] = [
        {"role": "assistant", "content": promise},
        {"role": "user", "content": random.choice(phrases().fillers)},
    ]
    return {"messages": messages}


def _in_tool_turns(row: Row, change: Callable[[str], str]) -> Row:
    messages = _messages(row)
    responses = [message for message in messages if message["content"].startswith(RESPONSE_OPEN)]
    if not responses:
        raise ValueError("the row has no tool response")
    for message in responses:
        message.update(role="tool", content=change(message["content"]))
    return {"messages": messages}


def with_tool_role(row: Row, _tools: Sequence[str], _random: Random) -> Row:
    """Give tool responses the role `tool`, without the wrap; raises ValueError."""
    return _in_tool_turns(
        row, lambda text: text.removeprefix(RESPONSE_OPEN).removesuffix(RESPONSE_CLOSE).strip("\n")
    )


def with_double_wrap(row: Row, _tools: Sequence[str], _random: Random) -> Row:
    """Give tool responses the role `tool` and keep the wrap, so that a template adds a second."""
    return _in_tool_turns(row, lambda text: text)


def with_other_envelope(row: Row, _tools: Sequence[str], _random: Random) -> Row:
    """Write every call in the second spelling: the tags of function and parameter on one line."""
    messages = _messages(row)
    for message in messages:
        text = message["content"]
        for call in reversed(find_calls(text) if message["role"] == "assistant" else ()):
            text = f"{text[: call.start]}{_other_spelling(call.code or '')}{text[call.end :]}"
        message["content"] = text
    return {"messages": messages}


def _other_spelling(code: str) -> str:
    return (
        f"<tool_call><function=execute_code><parameter=code>\n{code}\n"
        "</parameter></function></tool_call>"
    )


def with_other_prompt(row: Row, _tools: Sequence[str], _random: Random) -> Row:
    """Put another system prompt before the row."""
    spoken = [message for message in _messages(row) if message["role"] != "system"]
    return {"messages": [{"role": "system", "content": OTHER_SYSTEM_PROMPT}, *spoken]}


# In the order in which they are put in: a preamble stands before the call of any spelling.
DEFECTS: Mapping[str, Callable[[Row, Sequence[str], Random], Row]] = {
    "other_prompt": with_other_prompt,
    "other_envelope": with_other_envelope,
    "tool_role": with_tool_role,
    "double_wrap": with_double_wrap,
    "preamble": with_preamble,
    "announcement": with_announcement,
}


def flawed(row: Row, defects: Sequence[str], tools: Sequence[str], random: Random) -> Row:
    """Return the row with the named defects; `tools` are those that it calls, in order.

    Raises KeyError for an unknown defect, ValueError for one that the row has no place for.
    """
    for name in sorted(defects, key=list(DEFECTS).index):
        row = DEFECTS[name](row, tools, random)
    return row
