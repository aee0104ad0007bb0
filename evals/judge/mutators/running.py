"""Calls that read well and do not do it: only running them tells."""

from pipeline.data.calls import render_call
from pipeline.data.code import read_code

from .code import indented, sample_call, strip_arguments, with_code
from .mutator import RightTurn


def _calls_something(turn: RightTurn) -> bool:
    return turn.code is not None and turn.expected.wants == "call"


def _under(turn: RightTurn, head: str) -> str | None:
    return indented(turn, head) if _calls_something(turn) else None


def _after(turn: RightTurn, head: str) -> str | None:
    return with_code(turn, f"{head}\n{turn.code}") if _calls_something(turn) else None


def branch_never_taken(turn: RightTurn) -> str | None:
    """Put the code under a condition that turns out false."""
    return _under(turn, "wanted = len('')\nif wanted:")


def loop_never_entered(turn: RightTurn) -> str | None:
    """Put the code into a loop over a list that turns out empty."""
    return _under(turn, "rows = list('')\nfor row in rows:")


def behind_an_error(turn: RightTurn) -> str | None:
    """Fail before the code."""
    return _after(turn, "rows = list('')\nprint(rows[0])")


def undefined_name(turn: RightTurn) -> str | None:
    """Use a name that nothing defines."""
    return _after(turn, "print(project_root)")


def endless_recursion(turn: RightTurn) -> str | None:
    """Never come back from a function."""
    return _after(turn, "def again():\n    return again()\nagain()")


def fields_never_reached(turn: RightTurn) -> str | None:
    """Read the expected fields in a loop that turns out empty."""
    if not turn.expected.fields:
        return None
    names = list(dict.fromkeys(path.split(".")[0].strip() for path in turn.expected.fields))
    made = "\n".join(f"print({sample_call(turn, name)})" for name in names)
    return _under(turn, f"{made}\nrows = list('')\nfor row in rows:")


def nothing_shown(turn: RightTurn) -> str | None:
    """Keep to oneself what the tools return."""
    if not _calls_something(turn) or turn.code is None:
        return None
    tools = turn.suite.tools
    if not all(tools[name].typed for name in read_code(turn.code, tools).tools):
        return None
    return render_call(turn.code.replace("print(", "str(") + "\ndone = True")


def chained_without_arguments(turn: RightTurn) -> str | None:
    """Make the second call of a chain with no arguments."""
    if turn.code is None or turn.number == 1:
        return None
    return render_call(strip_arguments(turn.code, turn.suite.tools))
