"""pythonic: `[tool(name="value"), ...]`, between markers or as the whole text."""

import re
from collections.abc import Mapping

from fixtures import Tool
from pipeline.data.code import parse

from .call import FoundCall
from .tagged import read_body

OPEN, CLOSE = "<|tool_call_start|>", "<|tool_call_end|>"
_BARE = re.compile(r"\s*\[\s*[A-Za-z_][\w.]*\(")


def _read(body: str, start: int, end: int, tools: Mapping[str, Tool]) -> tuple[FoundCall, ...]:
    try:
        # The parser of mlx-lm would guess at what is not Python; a judge must not.
        parse(body.strip())
    except SyntaxError as problem:
        sentence = f"the call is not Python: {str(problem) or type(problem).__name__}"
        return (FoundCall(start, end, problem=sentence[:200]),)
    return read_body("pythonic", body, start, end, tools)


def find_pythonic_calls(text: str, tools: Mapping[str, Tool]) -> tuple[FoundCall, ...]:
    """Return the pythonic calls of a text."""
    calls: list[FoundCall] = []
    position = 0
    while (start := text.find(OPEN, position)) >= 0:
        close = text.find(CLOSE, start)
        if close < 0:
            calls.append(FoundCall(start, len(text), problem=f"the call is not closed by {CLOSE}"))
            break
        position = close + len(CLOSE)
        calls.extend(_read(text[start + len(OPEN) : close], start, position, tools))
    if not calls and (stray := text.find(CLOSE)) >= 0:
        calls.append(FoundCall(stray, len(text), problem=f"{CLOSE} stands without {OPEN}"))
    if not calls and _BARE.match(text):
        return _read(text, 0, len(text), tools)
    return tuple(calls)
