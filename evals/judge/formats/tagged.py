"""json and qwen3: a call by name between `<tool_call>` and `</tool_call>`."""

import warnings
from collections.abc import Mapping

from fixtures import Tool
from pipeline.data.calls import CALL_CLOSE, CALL_OPEN, find_calls

from .call import FoundCall, read_object
from .parsers import tool_parser
from .schemas import tool_schemas


def body_of(text: str, start: int, end: int) -> str | None:
    """Return what stands between the tags of a call; None when one of them is missing."""
    call = text[start:end]
    if not call.startswith(CALL_OPEN) or not call.endswith(CALL_CLOSE):
        return None
    return call[len(CALL_OPEN) : -len(CALL_CLOSE)]


def read_body(
    parser: str, body: str, start: int, end: int, tools: Mapping[str, Tool]
) -> tuple[FoundCall, ...]:
    """Return the calls that a parser of mlx-lm finds in a body, or one with the problem."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = tool_parser(parser)(body.strip(), tool_schemas(tools))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as problem:
        sentence = f"the call does not parse: {str(problem) or type(problem).__name__}"
        return (FoundCall(start, end, problem=sentence[:200]),)
    objects = found if isinstance(found, list) else [found]
    if not objects:
        return (FoundCall(start, end, problem="the call names no tool"),)
    return tuple(read_object(part, start, end) for part in objects)


def _find(parser: str, text: str, tools: Mapping[str, Tool]) -> tuple[FoundCall, ...]:
    calls: list[FoundCall] = []
    for call in find_calls(text):
        body = body_of(text, call.start, call.end)
        if body is None:
            calls.append(
                FoundCall(call.start, call.end, problem=call.problem or "it is not closed")
            )
        else:
            calls.extend(read_body(parser, body, call.start, call.end, tools))
    return tuple(calls)


def find_qwen3_calls(text: str, tools: Mapping[str, Tool]) -> tuple[FoundCall, ...]:
    """Return the calls of Qwen3-Coder: `<function=NAME>` with `<parameter=NAME>` inside."""
    return _find("qwen3_coder", text, tools)


def find_json_calls(text: str, tools: Mapping[str, Tool]) -> tuple[FoundCall, ...]:
    """Return the JSON calls of a text, `{"name": ..., "arguments": ...}`, also where it is one."""
    calls = _find("json_tools", text, tools)
    bare = text.strip()
    if calls or not bare.startswith(("{", "[{")) or '"name"' not in bare:
        return calls
    return read_body("json_tools", bare, 0, len(text), tools)
