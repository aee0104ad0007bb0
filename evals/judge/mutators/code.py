"""Calls whose code is not Python, calls other tools, or only seems to call the right ones."""

import ast
import re
import textwrap
from collections.abc import Mapping

from fixtures import Tool
from pipeline.data.calls import render_call
from pipeline.data.code import read_code

from .mutator import RightTurn

_SHELL = 'print(run_command("git status && ruff check . && pytest -q"))'


def _called(turn: RightTurn) -> tuple[str, ...]:
    return read_code(turn.code or "", turn.suite.tools).tools


def _other_tool(turn: RightTurn) -> str:
    taken = {*turn.tools, *turn.expected.forbidden, "run_command"}
    return next((name for name in turn.suite.tools if name not in taken), "nothing_like_it")


def with_code(turn: RightTurn, code: str) -> str | None:
    """Return a call of other code, None for a turn that has none."""
    return None if turn.code is None else render_call(code)


def syntax_error(turn: RightTurn) -> str | None:
    """Leave a parenthesis open."""
    return with_code(turn, f"{turn.code}\nprint(")


def prose_as_code(turn: RightTurn) -> str | None:
    """Put a sentence where the code belongs."""
    return with_code(turn, "First I call the tool, then I print what it returns.")


def second_code_broken(turn: RightTurn) -> str | None:
    """Call rightly, and once more with code that does not parse."""
    return turn.code and f"{turn.text}\n{render_call('for entry in')}"


def wrong_tool(turn: RightTurn) -> str | None:
    """Call another tool in place of each."""
    if turn.code is None:
        return None
    names = "|".join(_called(turn))
    return render_call(re.sub(rf"\b({names})\(", f"{_other_tool(turn)}(", turn.code))


def shell_instead(turn: RightTurn) -> str | None:
    """Use the shell in place of the typed tools."""
    if "run_command" in turn.tools or "run_command" not in turn.suite.tools:
        return None
    return with_code(turn, _SHELL)


def shell_as_well(turn: RightTurn) -> str | None:
    """Use the shell beside the typed tool where that is forbidden."""
    if "run_command" not in turn.expected.forbidden:
        return None
    return with_code(turn, f"{turn.code}\n{_SHELL}")


def no_tool(turn: RightTurn) -> str | None:
    """Print an invented result."""
    return with_code(turn, 'print("3 files, no errors")')


def tool_in_string(turn: RightTurn) -> str | None:
    """Print the code instead of running it."""
    return with_code(turn, f"print({turn.code!r})")


def tool_in_comment(turn: RightTurn) -> str | None:
    """Comment the code out."""
    return with_code(turn, textwrap.indent(turn.code or "", "# ") + "\nprint('done')")


def indented(turn: RightTurn, head: str) -> str | None:
    """Return a call of the code below a head, None for a turn that has none."""
    if turn.code is None:
        return None
    return render_call(f"{head}\n{textwrap.indent(turn.code, '    ')}\nprint('done')")


def dead_branch(turn: RightTurn) -> str | None:
    """Put the code where a condition never leads."""
    return indented(turn, "if False:")


def dead_function(turn: RightTurn) -> str | None:
    """Put the code into a function that nobody calls."""
    return indented(turn, "def main():")


def dead_loop(turn: RightTurn) -> str | None:
    """Put the code into a loop over nothing."""
    return indented(turn, "for number in []:")


def after_exit(turn: RightTurn) -> str | None:
    """Leave the program before the code."""
    return with_code(turn, f"raise SystemExit\n{turn.code}")


def tool_imported(turn: RightTurn) -> str | None:
    """Import the tools, which hides those that are given."""
    if turn.code is None:
        return None
    return render_call(f"from tools import {', '.join(_called(turn))}\n{turn.code}")


def tool_shadowed(turn: RightTurn) -> str | None:
    """Define functions of one's own under the names of the tools."""
    if turn.code is None:
        return None
    own = [f"def {name}(*args, **kwargs):\n    return None" for name in _called(turn)]
    return render_call("\n".join([*own, turn.code]))


def tool_of_object(turn: RightTurn) -> str | None:
    """Call methods of an object that have the names of the tools."""
    if turn.code is None:
        return None
    names = "|".join(_called(turn))
    return render_call(re.sub(rf"\b({names})\(", r"self.\1(", turn.code))


class _WithoutArguments(ast.NodeTransformer):
    def __init__(self, tools: Mapping[str, Tool]) -> None:
        self.tools = tools

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in self.tools:
            node.args, node.keywords = [], []
        return node


def strip_arguments(code: str, tools: Mapping[str, Tool]) -> str:
    """Return code whose tools are called with no arguments."""
    return ast.unparse(_WithoutArguments(tools).visit(ast.parse(code)))


def without_arguments(turn: RightTurn) -> str | None:
    """Call the tools with no arguments."""
    if turn.code is None or not turn.expected.reads_fields:
        return None
    return render_call(strip_arguments(turn.code, turn.suite.tools))


def sample_call(turn: RightTurn, name: str) -> str:
    """Return a call of a tool with arguments of the right types."""
    required = [
        parameter
        for parameter in turn.suite.tools[name].signature.parameters.values()
        if parameter.default is parameter.empty
    ]
    values = ["1" if parameter.annotation is int else "'src'" for parameter in required]
    return f"{name}({', '.join(values)})"


def missing_tool(turn: RightTurn) -> str | None:
    """Call all tools of a chain but the last."""
    if turn.code is None or len(turn.expected.tools) < 2:
        return None
    last = {name.strip() for name in turn.expected.tools[-1].split("|")}
    kept = [name for name in _called(turn) if name not in last]
    return render_call("\n".join(f"print({sample_call(turn, name)})" for name in kept))


def same_call_again(turn: RightTurn) -> str | None:
    """Repeat the first call where the chain needs the next one."""
    if turn.number == 1 or turn.code is None:
        return None
    name = turn.case.tools[0].split("|")[0].strip()
    return render_call(f"print({sample_call(turn, name)})")
