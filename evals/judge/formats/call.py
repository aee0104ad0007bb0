"""A call as any format spells it: code to be run, or a tool by name with its arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fixtures import Tool

CODE_TOOL = "execute_code"


class DirectCall(NamedTuple):
    """A tool called by name, with its arguments by name."""

    name: str
    arguments: dict[str, object]


@dataclass(frozen=True)
class FoundCall:
    """One call, `text[start:end]`: its code, its direct call, or what is wrong with it."""

    start: int
    end: int
    code: str | None = None
    direct: DirectCall | None = None
    problem: str | None = None

    @property
    def extracts(self) -> bool:
        """Whether something to be called came out."""
        return self.problem is None


def read_object(found: object, start: int, end: int) -> FoundCall:
    """Return the call that an object is: a name and arguments, or `execute_code` with code."""
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        return FoundCall(start, end, problem="the call is no object with a name")
    arguments = found.get("arguments", found.get("parameters", {}))
    if not isinstance(arguments, dict):
        return FoundCall(start, end, problem="the arguments of the call are no object")
    name = found["name"]
    if name != CODE_TOOL:
        return FoundCall(start, end, direct=DirectCall(name, arguments))
    code = arguments.get("code")
    if not isinstance(code, str) or not code.strip():
        return FoundCall(start, end, problem="the call holds no code")
    return FoundCall(start, end, code=code)


_FITTING = {
    str: (str,),
    int: (int,),
    float: (int, float),
    bool: (bool,),
    list: (list,),
    dict: (dict,),
}


def misfit(call: DirectCall, tools: Mapping[str, Tool]) -> str | None:
    """Say how the arguments do not fit the tool; None when they do, or it is no tool."""
    tool = tools.get(call.name)
    if tool is None:
        return None
    try:
        bound = tool.signature.bind(**call.arguments)
    except TypeError as wrong:
        return f"{call.name}{tool.parameters}: {wrong}"
    for name, value in bound.arguments.items():
        wanted = tool.signature.parameters[name]
        fitting = _FITTING.get(wanted.annotation)
        if fitting is None:
            continue
        # True is an int to Python, and no number to a tool.
        if not isinstance(value, fitting) or (isinstance(value, bool) and bool not in fitting):
            found = f"{name}={value!r}"[:80]
            return f"{call.name}{tool.parameters}: {found} is no {wanted.annotation.__name__}"
    return None
