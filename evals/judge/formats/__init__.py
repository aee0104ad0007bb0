"""Call formats: how a model spells a call, detected or chosen."""

from collections.abc import Callable, Mapping

from fixtures import Tool
from pipeline.data.calls import find_calls

from .call import DirectCall, FoundCall, misfit
from .code import find_code_calls
from .pythonic import find_pythonic_calls
from .schemas import tool_schemas
from .tagged import body_of, find_json_calls, find_qwen3_calls, read_body

Format = Callable[[str, Mapping[str, Tool]], tuple[FoundCall, ...]]


def find_any_calls(text: str, tools: Mapping[str, Tool]) -> tuple[FoundCall, ...]:
    """Return the calls of a text, each in the format that its beginning tells."""
    calls: list[FoundCall] = []
    for call in find_calls(text):
        body = body_of(text, call.start, call.end)
        if call.code is not None or body is None:
            calls.append(FoundCall(call.start, call.end, code=call.code, problem=call.problem))
        else:
            parser = "qwen3_coder" if body.lstrip().startswith("<function=") else "json_tools"
            calls.extend(read_body(parser, body, call.start, call.end, tools))
    return tuple(calls) or find_pythonic_calls(text, tools) or find_json_calls(text, tools)


FORMATS: dict[str, Format] = {
    "code": find_code_calls,
    "json": find_json_calls,
    "qwen3": find_qwen3_calls,
    "pythonic": find_pythonic_calls,
    "auto": find_any_calls,
}

__all__ = ["FORMATS", "DirectCall", "Format", "FoundCall", "misfit", "tool_schemas"]
