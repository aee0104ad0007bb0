"""Calls that read fields which do not exist, or only seem to read the expected ones."""

import re

from fixtures import Tool, alternatives, resolve_field
from pipeline.data.calls import render_call
from pipeline.data.code import read_code

from .code import sample_call
from .mutator import RightTurn


def _last_names(turn: RightTurn) -> tuple[str, ...]:
    """Return the names of the fields that the turn reads, deepest first."""
    if turn.code is None or not turn.expected.reads_fields:
        return ()
    paths = sorted(
        read_code(turn.code, turn.suite.tools).reads, key=lambda path: (-path.count("."), path)
    )
    return tuple(dict.fromkeys(path.rsplit(".", 1)[1] for path in paths))


def _renamed(turn: RightTurn, name: str, new: str) -> str | None:
    assert turn.code is not None
    code = re.sub(rf"\.{name}\b(?!\()", f".{new}", turn.code)
    return None if code == turn.code else render_call(code)


def unknown_field(turn: RightTurn) -> str | None:
    """Read a field by a name that sounds right."""
    names = _last_names(turn)
    return _renamed(turn, names[0], f"{names[0]}_value") if names else None


def field_of_list(turn: RightTurn) -> str | None:
    """Read a field of the elements from the list."""
    if turn.code is None or not turn.expected.reads_fields:
        return None
    for path in sorted(read_code(turn.code, turn.suite.tools).reads):
        tool, *fields = path.split(".")
        if len(fields) == 2 and f"{tool}.{fields[0]}" != path:
            return render_call(f"print({sample_call(turn, tool)}.{'.'.join(fields)})")
    return None


def result_as_dict(turn: RightTurn) -> str | None:
    """Read the result by keys as if it were a dict."""
    names = [name for name in turn.tools if turn.suite.tools[name].typed]
    if turn.code is None or not names or not turn.expected.reads_fields:
        return None
    return render_call(f"result = {sample_call(turn, names[0])}\nprint(result['success'])")


def _expected_fields(turn: RightTurn) -> tuple[str, ...]:
    return tuple(alternatives(entry)[0] for entry in turn.expected.fields)


def _calls_only(turn: RightTurn) -> str:
    names = [name for entry in turn.expected.tools for name in alternatives(entry)[:1]]
    return "\n".join(f"print({sample_call(turn, name)})" for name in names)


def field_not_read(turn: RightTurn) -> str | None:
    """Print the whole result."""
    return render_call(_calls_only(turn)) if turn.expected.fields else None


def field_in_comment(turn: RightTurn) -> str | None:
    """Read the expected fields in a comment."""
    if not turn.expected.fields:
        return None
    lines = [f"# {path}" for path in _expected_fields(turn)]
    return render_call("\n".join([_calls_only(turn), *lines]))


def field_in_string(turn: RightTurn) -> str | None:
    """Read the expected fields in a string."""
    if not turn.expected.fields:
        return None
    lines = [f'print("{path}")' for path in _expected_fields(turn)]
    return render_call("\n".join([_calls_only(turn), *lines]))


def field_of_other_object(turn: RightTurn) -> str | None:
    """Read the right fields from something that no tool returned."""
    if not turn.expected.fields:
        return None
    lines = [f"print(state.{path.split('.', 1)[1]})" for path in _expected_fields(turn)]
    return render_call("\n".join([_calls_only(turn), *lines]))


def _tool_without(turn: RightTurn, field: str) -> Tool | None:
    """Return a typed tool whose result has no field of that name."""
    tools = turn.suite.tools.values()
    return next((tool for tool in tools if _lacks(tool, field, turn)), None)


def _lacks(tool: Tool, field: str, turn: RightTurn) -> bool:
    """Whether a tool is typed and its result lacks a field."""
    return tool.typed and resolve_field(f"{tool.name}.{field}", turn.suite.tools) is not None


def field_of_other_result(turn: RightTurn) -> str | None:
    """Read the right fields from the result of another tool."""
    if not turn.expected.fields:
        return None
    lines = []
    for path in _expected_fields(turn):
        fields = path.partition(".")[2]
        other = _tool_without(turn, fields.split(".")[0])
        if other is None:
            return None
        lines.append(f"print({sample_call(turn, other.name)}.{fields})")
    return render_call("\n".join([_calls_only(turn), *lines]))


def field_in_dead_branch(turn: RightTurn) -> str | None:
    """Read the expected fields where a condition never leads."""
    if not turn.expected.fields:
        return None
    lines = []
    for path in _expected_fields(turn):
        tool, *fields = path.split(".")
        value = f"{sample_call(turn, tool)}.{fields[0]}" + "".join(
            f"[0].{name}" for name in fields[1:]
        )
        lines.append(f"if 1 > 2:\n    print({value})")
    return render_call("\n".join([_calls_only(turn), *lines]))
