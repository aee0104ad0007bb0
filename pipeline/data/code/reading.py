"""Reading the code of a call without running it: which tools it calls, which fields it reads."""

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from fixtures import TOOLS, Tool

from .statements import Statements
from .values import CodeTooComplexError, ToolCall

MAX_DEPTH = 80
MAX_CHARACTERS = 20_000


@dataclass(frozen=True)
class CodeReading:
    """What the code does with tools, in the order of the source.

    `reads` holds field paths such as `git_status.files.status`; `unknown_reads` a sentence for
    each access that the result does not offer; `hidden` the tools whose names the code redefines.
    """

    calls: tuple[ToolCall, ...]
    reads: frozenset[str]
    unknown_reads: tuple[str, ...]
    unknown_names: tuple[str, ...]
    hidden: dict[str, str]

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools called, each once, in order."""
        return tuple(dict.fromkeys(call.tool for call in self.calls))


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


def parse(code: str) -> ast.Module:
    """Parse the code of a call.

    Raises SyntaxError with its line, also where Python's own parser gives up in another way.
    """
    if len(code) > MAX_CHARACTERS:
        raise SyntaxError(f"the code has {len(code)} characters, more than {MAX_CHARACTERS}")
    try:
        # What Python only warns of must not depend on how warnings are treated here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (ValueError, RecursionError, MemoryError) as problem:
        raise SyntaxError(str(problem) or "the code is nested too deeply") from problem


def read_code(code: str, tools: Mapping[str, Tool] = TOOLS) -> CodeReading:
    """Tell what the code of a call does with tools, without running it.

    Raises SyntaxError when the code does not parse, CodeTooComplexError when it is too long or too
    tangled to be read.
    """
    tree = parse(code)
    if _depth(tree) > MAX_DEPTH:
        raise CodeTooComplexError(f"it is nested deeper than {MAX_DEPTH} levels")
    reader = Statements(tools)
    try:
        reader.run(tree.body)
    except RecursionError as problem:
        raise CodeTooComplexError("what it builds is nested too deeply") from problem
    return CodeReading(
        calls=tuple(call for _, call in sorted(reader.calls.items())),
        reads=frozenset(reader.reads),
        unknown_reads=tuple(reader.unknown_reads),
        unknown_names=tuple(reader.unknown_names),
        hidden=reader.hidden,
    )
