"""code: `<tool_call><function=execute_code><parameter=code>` around Python."""

from collections.abc import Mapping

from fixtures import Tool
from pipeline.data.calls import find_calls

from .call import FoundCall


def find_code_calls(text: str, tools: Mapping[str, Tool]) -> tuple[FoundCall, ...]:
    """Return every call of a text; one that is not code mode does not extract."""
    del tools
    return tuple(
        FoundCall(call.start, call.end, code=call.code, problem=call.problem)
        for call in find_calls(text)
    )
