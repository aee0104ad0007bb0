"""Code that calls one tool and shows its result."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..aspects import aspects_of, house_code, own_name
from ..scene import Scene

# {call} stands for the call itself. Each prints something for every result that is not empty.
SHAPES: Mapping[str, tuple[str, ...]] = {
    "typecheck": (
        'result = {call}\nprint(f"{result.error_count} errors, {result.warning_count} warnings")\n'
        'for error in result.errors:\n    print(f"{error.file}:{error.line} {error.message}")',
        "result = {call}\nfor error in result.errors:\n"
        "    print(error.severity, error.file, error.line, error.column, error.message)",
        "check = {call}\nprint(check.error_count, check.warning_count)\n"
        "print([(e.line, e.column, e.message) for e in check.errors])",
        "for error in {call}.errors:\n    print(error.line, error.severity, error.message)",
    ),
    "ruff_check": (
        'result = {call}\nprint(f"{result.violation_count} violations")\n'
        'for v in result.violations:\n    print(f"{v.file}:{v.line} {v.code} {v.message}")',
        "lint = {call}\nprint(lint.violation_count, lint.fixable_count)\n"
        "for found in lint.violations:\n    print(found.line, found.code, found.fixable)",
        "for v in {call}.violations:\n    print(v.file, v.line, v.code, v.message)",
    ),
    "pytest_run": (
        'result = {call}\nprint(f"{result.passed} passed, {result.failed} failed")\n'
        'for test in result.tests:\n    if test.outcome != "passed":\n'
        "        print(test.name, test.message)",
        "run = {call}\nprint(run.passed, run.failed, run.errors, run.skipped)\n"
        "for test in run.tests:\n    print(test.outcome, test.name)",
        "result = {call}\nprint(result.failed)\n"
        'print([t.name for t in result.tests if t.outcome == "failed"])',
    ),
    "goto_definition": (
        "result = {call}\nfor location in result.locations:\n"
        '    print(f"{location.file}:{location.line}")',
        "definition = {call}\nfor place in definition.locations:\n"
        "    print(place.file, place.line, place.preview)",
        "result = {call}\nif result.locations:\n    first = result.locations[0]\n"
        '    print(first.file, first.line)\nelse:\n    print("not found")',
    ),
    "find_references": (
        "result = {call}\nprint(result.reference_count)\nfor use in result.references:\n"
        '    print(f"{use.file}:{use.line}")',
        "uses = {call}\nfor use in uses.references:\n    print(use.file, use.line, use.preview)",
        "result = {call}\nprint(result.reference_count)\n"
        "print(sorted({use.file for use in result.references}))",
    ),
    "hover": (
        "result = {call}\nprint(result.content)",
        "info = {call}\nprint(info.symbol, info.content)",
        "print({call}.content)",
        'info = {call}\nprint(info.content or "nothing there")',
    ),
    "document_symbols": (
        "result = {call}\nfor symbol in result.symbols:\n"
        "    print(symbol.name, symbol.line, symbol.end_line)",
        "outline = {call}\nprint(outline.symbol_count)\nfor symbol in outline.symbols:\n"
        "    print(symbol.name, [child.name for child in symbol.children])",
        "for symbol in {call}.symbols:\n    print(symbol.line, symbol.name)",
    ),
    "workspace_symbols": (
        "result = {call}\nfor symbol in result.symbols:\n"
        '    print(f"{symbol.name} {symbol.file}:{symbol.line}")',
        "found = {call}\nprint(found.symbol_count)\nfor symbol in found.symbols:\n"
        "    print(symbol.name, symbol.file, symbol.line)",
        "for symbol in {call}.symbols:\n    print(symbol.file, symbol.line, symbol.name)",
    ),
    "git_status": (
        "status = {call}\nfor file in status.files:\n"
        "    print(file.status, file.file, file.staged)",
        "result = {call}\nprint(result.clean, result.file_count)\n"
        "for entry in result.files:\n    print(entry.status, entry.file)",
        "status = {call}\nprint(status.file_count)\n"
        "print([(f.file, f.status) for f in status.files])",
    ),
    "git_diff": (
        "diff = {call}\nfor file in diff.files:\n"
        '    print(f"{file.file} +{file.additions} -{file.deletions}")',
        "result = {call}\nprint(result.file_count, result.additions, result.deletions)\n"
        "for file in result.files:\n    print(file.file, file.hunks)",
        "diff = {call}\nprint(diff.additions, diff.deletions)\n"
        "for changed in diff.files:\n    print(changed.file, changed.additions, changed.deletions)",
    ),
    "git_log": (
        "log = {call}\nfor commit in log.commits:\n"
        "    print(commit.hash, commit.author, commit.message)",
        "result = {call}\nfor commit in result.commits:\n"
        '    print(f"{commit.date} {commit.message}")',
        "log = {call}\nprint(log.commit_count)\n"
        "for commit in log.commits:\n    print(commit.hash, commit.date, commit.message)",
        "for commit in {call}.commits:\n    print(commit.author, commit.date, commit.message)",
    ),
    "read_file": (
        "print({call})",
        "text = {call}\nprint(text)",
        "content = {call}\nprint(content)",
    ),
    "write_file": ("print({call})", "written = {call}\nprint(written)"),
    "run_command": (
        "print({call})",
        "output = {call}\nprint(output)",
        "result = {call}\nprint(result)",
    ),
}


def literal(value: object) -> str:
    """Return a value as code: text in double quotes."""
    if not isinstance(value, str):
        return repr(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def call(scene: Scene, tool: str, arguments: Mapping[str, Any]) -> str:
    """Return the code of a call, its arguments given by place or by name."""
    by_name = scene.style.chance(0.4)
    given = [
        f"{name}={literal(value)}"
        if by_name
        or name == "staged"
        or (name == "count" and (scene.one_style or scene.chance(0.5)))
        else literal(value)
        for name, value in arguments.items()
    ]
    return f"{tool}({', '.join(given)})"


@cache
def house_shape(tool: str) -> str:
    """Return the one shape of code with a tool where there is one style; `$r` is its result."""
    house = house_code(aspects_of(tool, broad=True)[0])
    return f"$r = {{call}}\n{house}" if house else SHAPES[tool][0]


def showing(scene: Scene, tool: str, arguments: Mapping[str, Any]) -> str:
    """Return code that calls a tool and prints what matters of its result."""
    shape = scene.pick(SHAPES[tool])
    if scene.one_style:
        shape = house_shape(tool).replace("$r", own_name(tool))
    return shape.replace("{call}", call(scene, tool, arguments))
