"""One tool for several files that the query names."""

from functools import partial
from typing import NamedTuple

from ..example import Ask, Code, Draft
from ..kind import Kind
from ..scene import Scene
from ..sentences import DO, framed, wrap


class _Check(NamedTuple):
    """A tool that takes a path: how one asks for several, and what is printed of each."""

    tool: str
    do: tuple[str, ...]
    ask: tuple[str, ...]
    shown: tuple[str, ...]


_CHECKS = (
    _Check(
        "typecheck",
        ("type check {them}", "run the type checker on {them}", "count the type errors in {them}"),
        ("Are the types in {them} fine?", "How many type errors do {them} have?"),
        ("print(path, result.error_count)", 'print(f"{path}: {result.error_count} errors")'),
    ),
    _Check(
        "ruff_check",
        ("lint {them}", "run ruff over {them}", "count the violations in {them}"),
        ("Is there lint in {them}?", "How many violations do {them} have?"),
        ("print(path, result.violation_count)", 'print(f"{path}: {result.violation_count}")'),
    ),
    _Check(
        "pytest_run",
        ("run {them}", "run the tests in {them}", "test {them}"),
        ("Do {them} pass?", "Are {them} green?"),
        ('print(f"{path}: {result.passed} passed, {result.failed} failed")',),
    ),
    _Check(
        "document_symbols",
        ("outline {them}", "list the symbols in {them}"),
        ("What do {them} define?", "Which symbols are in {them}?"),
        ("print(path, [symbol.name for symbol in result.symbols])",),
    ),
    _Check(
        "git_log",
        ("show the history of {them}", "list the commits to {them}"),
        ("Who changed {them}?",),
        ("for commit in result.commits:\n        print(path, commit.author, commit.message)",),
    ),
    _Check(
        "git_diff",
        ("show the diff of {them}", "print how many lines changed in {them}"),
        ("How many lines did I change in {them}?",),
        ("print(path, result.additions, result.deletions)",),
    ),
)


def _joined(paths: list[str]) -> str:
    return f"{', '.join(paths[:-1])} and {paths[-1]}"


def _in_a_loop(check: _Check, scene: Scene) -> Draft:
    count = scene.pick((2, 2, 3))
    if check.tool == "pytest_run":
        paths = list(dict.fromkeys(scene.test_path() for _ in range(count)))
    else:
        paths = scene.paths(count)
    if len(paths) == 1:
        paths.append(scene.test_folder())
    them = _joined(paths)
    query = scene.pick(check.ask).format(them=them)
    if scene.chance(0.6):
        query = wrap(scene, DO, scene.pick(check.do).format(them=them))
    quoted = ", ".join(f'"{path}"' for path in paths)
    shown = scene.style.pick(check.shown)
    code = f"for path in [{quoted}]:\n    result = {check.tool}(path)\n    {shown}"
    return Ask(framed(scene, query)), Code(code)


KINDS = tuple(
    Kind(
        f"several_{check.tool}",
        "single_tool",
        partial(_in_a_loop, check),
        (check.tool,),
        weight=0.2,
    )
    for check in _CHECKS
)
