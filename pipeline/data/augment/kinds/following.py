"""How a second step follows from the first: what it is asked for and what it calls."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from fixtures import Result
from fixtures.results import (
    FindReferencesResult,
    GitDiffResult,
    GitStatusResult,
    GotoDefinitionResult,
    RuffResult,
    TestResult,
    TypeCheckResult,
    WorkspaceSymbolsResult,
)
from fixtures.toml_files import read_toml

from ..scene import Scene
from ..symbols import TYPES
from ..vocabulary import frozen
from .requests import PHRASES, Request
from .showing import literal


class Second(NamedTuple):
    """The second step: how it is asked for and what it calls."""

    wish: str
    tool: str
    arguments: Mapping[str, Any]
    code: str | None = None


Follow = Callable[[Scene, Request, Any], Second | None]


@cache
def steps() -> Mapping[str, Any]:
    """Return the phrases that join steps."""
    return frozen(read_toml(PHRASES / "steps.toml"))


def _argument_name(tool: str) -> str:
    return "file_path" if tool == "document_symbols" else "path"


def _on_file(scene: Scene, tool: str, path: str, spoken: str) -> Second | None:
    if tool in ("typecheck", "ruff_check", "document_symbols") and not path.endswith(".py"):
        return None
    arguments: dict[str, Any] = {_argument_name(tool): path}
    if tool == "git_log" and scene.chance(0.3):
        arguments["count"] = scene.pick((3, 5, 10))
    wish = scene.pick(steps()["files"][tool]).format(it=spoken)
    return Second(wish, tool, arguments)


def _failing(found: TestResult) -> str:
    return next(test.name for test in found.tests if test.outcome == "failed")


def _file_of(found: Result | str) -> str | None:
    """Return the file that a result leads to, None where it leads to none."""
    match found:
        case TypeCheckResult():
            return found.errors[0].file
        case RuffResult():
            return found.violations[0].file
        case TestResult():
            return _failing(found).split("::")[0]
        case GotoDefinitionResult():
            return found.locations[0].file
        case FindReferencesResult():
            return found.references[0].file
        case WorkspaceSymbolsResult():
            return found.symbols[0].file
        case GitStatusResult():
            return found.files[0].file if found.files[0].status != "deleted" else None
        case GitDiffResult():
            return max(found.files, key=lambda file: file.additions).file
    return None


def led_file(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401
    """Return a step about a file that the first result leads to."""
    path = _file_of(found)
    return _on_file(scene, tool, path, scene.pick(steps()["leads"][first.tool])) if path else None


def same_file(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about the file that the first step was about."""
    return _on_file(scene, tool, first.facts["path"], scene.pick(steps()["leads"]["same_file"]))


def named_file(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about a file that the user names."""
    path = scene.path()
    return _on_file(scene, tool, path, path)


def complained_name(message: str) -> str | None:
    """Return the name that a diagnostic is about: the last one in backticks that is no type."""
    quoted = re.findall(r"`([^`]*)`", message)
    names = [name for name in quoted if name.isidentifier() and name not in TYPES]
    return names[-1] if names else None


def led_place(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401
    """Return a step about a symbol at a place that the first result leads to."""
    match first.tool:
        case "typecheck":
            at, symbol = found.errors[0], complained_name(found.errors[0].message)
        case "goto_definition":
            at, symbol = found.locations[0], found.symbol
        case _:
            at, symbol = found.references[0], found.symbol
    if symbol is None:
        return None
    arguments = {"file_path": at.file, "line": at.line, "column": at.column, "symbol": symbol}
    spoken = scene.pick(steps()["leads"][f"{first.tool}_symbol"])
    return Second(scene.pick(steps()["places"][tool]).format(it=spoken), tool, arguments)


def same_place(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about the symbol that the first step was about."""
    spoken = scene.pick(steps()["leads"]["same_symbol"])
    return Second(scene.pick(steps()["places"][tool]).format(it=spoken), tool, first.arguments)


def apart(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about something else."""
    path = first.arguments["path"] if first.tool.startswith("git_") else "."
    facts = {"tests": scene.tests(), "command": scene.command()}
    arguments: dict[str, Any] = {"path": path}
    if tool == "pytest_run":
        arguments = {"path": facts["tests"]}
    if tool == "run_command":
        arguments = {"command": facts["command"]}
    return Second(scene.pick(steps()["alone"][tool]).format(**facts), tool, arguments)


def again(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about the first test that failed."""
    wish = scene.pick(steps()["alone"]["again"])
    return Second(wish, "pytest_run", {"path": _failing(found)})


def newest_commit(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about the newest commit of a log."""
    arguments = {"command": f"git show {found.commits[0].hash}"}
    return Second(scene.pick(steps()["alone"]["git_show"]), "run_command", arguments)


def first_name(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about the first symbol of an outline."""
    arguments = {"query": found.symbols[0].name}
    return Second(scene.pick(steps()["alone"]["search"]), "workspace_symbols", arguments)


def saved(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401
    """Return a step about a file that keeps what the first result says."""
    report, wish = scene.report(), "save"
    match first.tool:
        case "git_log":
            wish = "save_messages"
            lines = [f"- {commit.message}" for commit in found.commits]
        case "document_symbols":
            lines = [symbol.name for symbol in found.symbols]
        case "find_references":
            wish, lines = "save_count", [str(found.reference_count)]
        case _:
            lines = [file.file for file in found.files]
    wish = scene.pick(steps()["alone"][wish]).format(report=report)
    content = "\n".join(lines) + "\n"
    return Second(wish, "write_file", {"path": report, "content": content})


def every_file(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about each Python file of the first result."""
    paths = [file.file for file in found.files if file.file.endswith(".py")]
    gone = any(getattr(file, "status", "") == "deleted" for file in found.files)
    if gone or len(paths) < 2:
        return None
    count = "violation_count" if tool == "ruff_check" else "error_count"
    listed = ", ".join(literal(path) for path in paths)
    code = f"for path in [{listed}]:\n    result = {tool}(path)\n    print(path, result.{count})"
    return Second(scene.pick(steps()["alone"][f"every_{tool}"]), tool, {"path": paths[0]}, code)


def read_back(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    """Return a step about the file that was written."""
    arguments = {"path": first.arguments["path"]}
    return Second(scene.pick(steps()["alone"]["read_back"]), "read_file", arguments)
