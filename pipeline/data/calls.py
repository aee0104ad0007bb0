"""Finding the calls in an assistant message: one reading for the audit, cleaner and judge."""

import json
import re
from dataclasses import dataclass

CALL_OPEN = "<tool_call>"
CALL_CLOSE = "</tool_call>"

_HEAD = re.compile(r"\s*<function=(?P<function>[^<>\s]*)>\s*<parameter=(?P<parameter>[^<>\s]*)>\n?")
_CODE_CLOSE = "</parameter>"
_TAIL = re.compile(r"</parameter>\s*</function>\s*</tool_call>")
_JSON = json.JSONDecoder()
_SPACE = re.compile(r"\s*")
# Markup that only a call has; without <tool_call> around it, it is a call gone wrong.
_STRAY = re.compile(r"</tool_call>|<function=[^<>\s]*>|</function>|<parameter=[^<>\s]*>")


@dataclass(frozen=True)
class Call:
    """One call of a message: `text[start:end]`, with its code or the reason why there is none.

    The code, where there is some, begins at `code_start`.
    """

    start: int
    end: int
    code: str | None
    problem: str | None
    code_start: int | None = None

    @property
    def extracts(self) -> bool:
        """Whether code came out of the call."""
        return self.code is not None


def render_call(code: str) -> str:
    """Return code in the one spelling of the envelope that callgate writes."""
    return (
        f"{CALL_OPEN}<function=execute_code>\n<parameter=code>\n"
        f"{code}\n</parameter>\n</function>{CALL_CLOSE}"
    )


def _skip_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _end_of_json(text: str, body: int) -> int | None:
    """Return where a call with a JSON body ends: its strings may hold `</tool_call>`."""
    begin = _skip_space(text, body)
    if not text.startswith("{", begin):
        return None
    try:
        _, end = _JSON.raw_decode(text, begin)
    except (ValueError, RecursionError):
        return None
    close = _skip_space(text, end)
    return close + len(CALL_CLOSE) if text.startswith(CALL_CLOSE, close) else None


def _find_tail(text: str, start: int) -> re.Match[str] | None:
    # Looking for the literal first is several times faster than letting the pattern search.
    position = text.find(_CODE_CLOSE, start)
    while position >= 0:
        if tail := _TAIL.match(text, position):
            return tail
        position = text.find(_CODE_CLOSE, position + 1)
    return None


def _read_call(text: str, start: int) -> Call:
    body = start + len(CALL_OPEN)
    head = _HEAD.match(text, body)
    if head is None:
        close = text.find(CALL_CLOSE, body)
        if close < 0:
            return Call(start, len(text), None, f"the call is not closed by {CALL_CLOSE}")
        end = _end_of_json(text, body) or close + len(CALL_CLOSE)
        found = text[body : end - len(CALL_CLOSE)].strip().split("\n", 1)[0][:60]
        return Call(start, end, None, f"the call is not code mode; its body begins {found!r}")
    # The code may hold `</tool_call>` in a string: only the whole closing sequence ends it.
    tail = _find_tail(text, head.end())
    if tail is None:
        close = text.find(CALL_CLOSE, head.end())
        if close < 0:
            return Call(start, len(text), None, f"the call is not closed by {CALL_CLOSE}")
        end = close + len(CALL_CLOSE)
        return Call(start, end, None, "the code is not closed by </parameter></function>")
    if head["function"] != "execute_code" or head["parameter"] != "code":
        found = f"function {head['function']!r} with parameter {head['parameter']!r}"
        wanted = "function 'execute_code' with parameter 'code'"
        return Call(start, tail.end(), None, f"the call names {found}, not {wanted}")
    code_end = tail.start()
    if code_end > head.end() and text[code_end - 1] == "\n":
        code_end -= 1
    code = text[head.end() : code_end]
    if CALL_OPEN in code and _HEAD.match(text, text.index(CALL_OPEN, head.end()) + len(CALL_OPEN)):
        return Call(start, tail.end(), None, "a second call opens before the first is closed")
    if not code.strip():
        return Call(start, tail.end(), None, "the call holds no code")
    return Call(start, tail.end(), code, None, head.end())


# One call whose code has no angle bracket, and no other markup: most messages.
_PLAIN = re.compile(
    r"(?P<before>[^<]*)<tool_call>\s*<function=execute_code>\s*<parameter=code>\n?"
    r"(?P<code>[^<]*)</parameter>\s*</function>\s*</tool_call>[^<]*\Z"
)


def _plain_call(text: str) -> Call | None:
    found = _PLAIN.match(text)
    if found is None:
        return None
    code = found["code"]
    if not code.strip():
        return None
    start = found.end("before")
    end = text.rindex(CALL_CLOSE) + len(CALL_CLOSE)
    return Call(start, end, code.removesuffix("\n"), None, found.start("code"))


def find_calls(text: str) -> tuple[Call, ...]:
    """Return every call of a message in order, those that do not extract included.

    A call begins at `<tool_call>`. It ends at the sequence `</parameter></function></tool_call>`,
    or, where that is missing, at `</tool_call>` or at the end of the text. Call markup outside of
    any call counts as one call that does not extract.
    """
    if plain := _plain_call(text):
        return (plain,)
    calls: list[Call] = []
    position = 0
    while (start := text.find(CALL_OPEN, position)) >= 0:
        calls.append(_read_call(text, start))
        position = calls[-1].end
    outside = 0
    for call in [*calls, None]:
        edge = call.start if call else len(text)
        if outside < edge and (stray := _STRAY.search(text, outside, edge)):
            problem = f"{stray.group()!r} stands outside of {CALL_OPEN}...{CALL_CLOSE}"
            calls.append(Call(stray.start(), edge, None, problem))
        outside = call.end if call else edge
    return tuple(sorted(calls, key=lambda call: call.start))
