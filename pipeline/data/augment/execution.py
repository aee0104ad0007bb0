"""Running the code of generated examples against results of their scene."""

import builtins
import contextlib
import io
from collections.abc import Callable
from random import Random
from typing import Any

from fixtures import TOOLS

from ..calls import find_calls, render_call
from ..code import CodeReading, CodeTooComplexError, read_code
from .example import Draft, codes_of
from .scene import Scene

# What generated code may use beside the tools.
BUILTINS = {
    name: getattr(builtins, name)
    for name in (
        *("abs", "all", "any", "bool", "dict", "enumerate", "filter", "float", "int", "isinstance"),
        *("len", "list", "map", "max", "min", "next", "iter", "print", "range", "repr", "reversed"),
        *("round", "set", "sorted", "str", "sum", "tuple", "zip"),
    )
}


class BrokenExampleError(Exception):
    """A generated call that does not do what every call must: an error in its kind."""


def run_code(code: str, scene: Scene) -> str:
    """Run the code of a call with every tool bound to results of the scene; return its output."""

    def bound(name: str) -> Callable[..., Any]:
        def tool(*arguments: object, **named: object) -> object:
            return scene.result(name, *arguments, **named)  # type: ignore[arg-type]

        return tool

    names = {"__builtins__": BUILTINS, **{name: bound(name) for name in TOOLS}}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "<call>", "exec"), names)
    return printed.getvalue()


def read_example(code: str) -> CodeReading:
    """Read the code of a call as the audit does; raises BrokenExampleError for what it faults."""
    found = find_calls(render_call(code))
    if len(found) != 1 or found[0].code != code:
        raise BrokenExampleError("the code does not come out of its call")
    try:
        reading = read_code(code)
    except (SyntaxError, CodeTooComplexError) as problem:
        raise BrokenExampleError(f"the code cannot be read: {problem}") from problem
    problems = [call.problem for call in reading.calls if call.problem]
    for sentence in (*problems, *reading.unknown_reads):
        raise BrokenExampleError(str(sentence))
    if reading.unknown_names or reading.hidden:
        raise BrokenExampleError(f"unknown names: {reading.unknown_names} {reading.hidden}")
    if not reading.calls:
        raise BrokenExampleError("the code calls no tool")
    return reading


def check_draft(draft: Draft, kind: str, tools: tuple[str, ...], seed: int) -> tuple[str, ...]:
    """Read and run every call of a draft and return the tools called, each once, in order.

    Raises BrokenExampleError with the name of the kind, when a call does not extract, parse, fit
    the tools, run and show something, or when one of the kind's tools is not called.
    """
    called: dict[str, None] = {}
    for code in codes_of(draft):
        try:
            reading = read_example(code)
            run_code(code, Scene(Random(seed)))
        except BrokenExampleError as broken:
            raise BrokenExampleError(f"kind {kind}: {broken}\n{code}") from broken
        except Exception as problem:
            raised = f"{type(problem).__name__}: {problem}"
            raise BrokenExampleError(f"kind {kind}: running raised {raised}\n{code}") from problem
        if not any(shown in code for shown in ("print(", "write_file(")):
            raise BrokenExampleError(f"kind {kind}: the code shows nothing\n{code}")
        called.update(dict.fromkeys(reading.tools))
    if missing := [tool for tool in tools if tool not in called]:
        raise BrokenExampleError(f"kind {kind}: {missing[0]} is not called\n{codes_of(draft)}")
    return tuple(called)
