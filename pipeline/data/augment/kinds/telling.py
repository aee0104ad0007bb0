"""Telling in words what a tool's result says: counts, files, lines, rules, messages, authors."""

from collections.abc import Callable, Mapping
from typing import Any

from fixtures import Result

from ..scene import Scene
from .telling_git import git_diff_told, git_log_told, git_status_told
from .telling_in_order import (
    find_references_in_order,
    pytest_run_in_order,
    ruff_check_in_order,
    typecheck_in_order,
)
from .telling_quality import pytest_run_told, ruff_check_told, typecheck_told
from .telling_symbols import (
    document_symbols_told,
    find_references_told,
    goto_definition_told,
    hover_told,
    workspace_symbols_told,
)
from .telling_texts import read_file_told, run_command_told, write_file_told

_TELLERS: Mapping[str, Callable[[Scene, Any, str], str]] = {
    "typecheck": typecheck_told,
    "ruff_check": ruff_check_told,
    "pytest_run": pytest_run_told,
    "goto_definition": goto_definition_told,
    "find_references": find_references_told,
    "hover": hover_told,
    "document_symbols": document_symbols_told,
    "workspace_symbols": workspace_symbols_told,
    "git_status": git_status_told,
    "git_diff": git_diff_told,
    "git_log": git_log_told,
    "read_file": read_file_told,
    "run_command": run_command_told,
    "write_file": write_file_told,
}
_IN_ORDER: Mapping[str, Callable[[Scene, Any, str], str]] = {
    **_TELLERS,
    "typecheck": typecheck_in_order,
    "ruff_check": ruff_check_in_order,
    "pytest_run": pytest_run_in_order,
    "find_references": find_references_in_order,
}
# The argument that the result is spoken of by, where it is not the first.
_SPOKEN_OF = dict.fromkeys(("goto_definition", "find_references", "hover"), "symbol")


def telling(scene: Scene, tool: str, arguments: Mapping[str, Any], result: Result | str) -> str:
    """Return what a tool's result says, in words of one of several shapes; in one style of one."""
    of = arguments[_SPOKEN_OF[tool]] if tool in _SPOKEN_OF else next(iter(arguments.values()))
    tellers = _IN_ORDER if scene.one_style else _TELLERS
    text = tellers[tool](scene.style, result, of)
    return text[0].upper() + text[1:] if text.startswith(("the ", "it ")) else text
