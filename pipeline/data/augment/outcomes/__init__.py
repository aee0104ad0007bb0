"""What the tools return in a scene: results that are made up and consistent in themselves."""

from typing import TYPE_CHECKING

from fixtures import TOOLS, Result

from . import git, language, plain, quality, symbols
from .request import Mood, Request, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..scene import Scene

_MAKERS: dict[str, "Callable[[Scene, Request], Result | str]"] = {
    "typecheck": quality.typecheck,
    "ruff_check": quality.ruff_check,
    "pytest_run": quality.pytest_run,
    "goto_definition": language.goto_definition,
    "find_references": language.find_references,
    "hover": language.hover,
    "document_symbols": symbols.document_symbols,
    "workspace_symbols": symbols.workspace_symbols,
    "git_status": git.git_status,
    "git_diff": git.git_diff,
    "git_log": git.git_log,
    "read_file": plain.read_file,
    "write_file": plain.write_file,
    "run_command": plain.run_command,
}


def outcome(
    scene: "Scene",
    tool: str,
    arguments: tuple[object, ...],
    named: dict[str, object],
    mood: Mood,
    size: int | None,
) -> Result | str:
    """Return what a tool returns for its arguments; raises TypeError where they do not fit."""
    bound = TOOLS[tool].signature.bind(*arguments, **named)
    return _MAKERS[tool](scene, Request(bound.arguments, mood, size))


__all__ = ["Mood", "message", "outcome"]
