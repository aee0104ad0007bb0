"""Reading tool responses that are the repr of a result model."""

import ast
from functools import lru_cache

from pydantic import ValidationError

from fixtures import TOOLS, Result
from fixtures.validation import first_error

from .call_facts import result_name

RESULTS = {tool.result.__name__: tool for tool in TOOLS.values() if issubclass(tool.result, Result)}

_DIGITS = str.maketrans("123456789", "000000000")


def _plain(node: ast.expr) -> object:
    """Return what a repr means: models as dictionaries; raises ValueError for anything else."""
    match node:
        case ast.Call(func=ast.Name(), args=[], keywords=keywords):
            return {keyword.arg: _plain(keyword.value) for keyword in keywords}
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_plain(element) for element in elements]
        case _:
            return ast.literal_eval(node)


@lru_cache(maxsize=4096)
def _shape_problem(text: str) -> str | None:
    name = result_name(text) or ""
    model = RESULTS[name].result
    assert issubclass(model, Result)
    try:
        read = _plain(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"{name}(...) does not read as a repr"
    try:
        model.model_validate(read)
    except ValidationError as problem:
        return f"{name}: {first_error(problem, '(result)', item='*')}"
    return None


def _shape(text: str) -> str:
    """Return a repr with its strings emptied and its digits zeroed: results repeat in shape."""
    if "\\" in text or ('"' in text and "'" in text):
        return text
    quote = '"' if '"' in text else "'"
    parts = text.split(quote)
    if len(parts) % 2 == 0:
        return text
    parts[1::2] = [""] * (len(parts) // 2)
    return quote.join(parts).translate(_DIGITS)


def response_problem(text: str, called: tuple[str, ...]) -> str | None:
    """Say why a response is no result of the tools called before it; None when it may be one."""
    name = result_name(text)
    if name is None or not name.endswith("Result"):
        return None
    if name not in RESULTS:
        return f"{name} is the result of no tool"
    tool = RESULTS[name].name
    if called and tool not in called:
        return f"{name} is what {tool} returns, and {', '.join(called)} was called"
    return _shape_problem(_shape(text))
