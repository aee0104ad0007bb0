"""What an assistant message has of call markup: the text before, between and after its calls."""

from typing import NamedTuple

import orjson

from .calls import CALL_CLOSE, CALL_OPEN, Call, find_calls, render_call


class Markup(NamedTuple):
    """The calls of a message in order, and the text around them.

    `whole` tells whether every marker begins a call that can be read: where one does not, text
    that only quotes the markup cannot be told from a call gone wrong.
    """

    calls: tuple[Call, ...]
    before: str
    between: bool
    after: str
    whole: bool

    @property
    def text_before_a_call(self) -> bool:
        """Whether anything stands before the first call, or text between two."""
        return bool(self.before) or self.between


def json_call(text: str, call: Call) -> dict[str, object] | None:
    """Return the `name` and `arguments` of a call whose body is JSON, None for any other."""
    body = text[call.start + len(CALL_OPEN) : call.end].removesuffix(CALL_CLOSE)
    if not body.lstrip().startswith("{"):
        return None
    try:
        read = orjson.loads(body)
    except ValueError:
        return None
    return read if isinstance(read, dict) and isinstance(read.get("name"), str) else None


def read_markup(text: str) -> Markup | None:
    """Read the calls of a message and the text around them; None where there is no `<tool_call>`.

    Call markup outside of any `<tool_call>` counts as text here.
    """
    first = text.find(CALL_OPEN)
    if first < 0:
        return None
    calls = find_calls(text)
    if len(calls) == 1 and calls[0].code is not None:
        after = text[calls[0].end :]
        return Markup(calls, text[:first], False, after if after.strip() else "", True)
    if any(not text.startswith(CALL_OPEN, call.start) for call in calls):
        calls = tuple(call for call in calls if text.startswith(CALL_OPEN, call.start))
    whole = True
    between = False
    end = first
    for call in calls:
        if call.code is None and json_call(text, call) is None:
            whole = False
        if call.start > end and text[end : call.start].strip():
            between = True
        end = call.end
    after = text[end:]
    return Markup(calls, text[:first], between, after if after.strip() else "", whole)


def without_text_before_calls(text: str, markup: Markup) -> str:
    """Return the message beginning with its first call, with no text between its calls.

    White space between two calls stays as it is.
    """
    parts: list[str] = []
    end = markup.calls[0].start
    for call in markup.calls:
        gap = text[end : call.start]
        parts.append("\n" if gap.strip() else gap)
        parts.append(text[call.start : call.end])
        end = call.end
    return "".join(parts) + text[end:]


def without_text_after_calls(text: str, markup: Markup) -> str:
    """Return the message ending with its last call."""
    return text[: markup.calls[-1].end]


def in_one_spelling(text: str, markup: Markup) -> str:
    """Return the message with every code-mode call in the spelling that callgate writes."""
    parts: list[str] = []
    end = 0
    for call in markup.calls:
        parts.append(text[end : call.start])
        spelled = text[call.start : call.end]
        parts.append(spelled if call.code is None else render_call(call.code))
        end = call.end
    return "".join(parts) + text[end:]
