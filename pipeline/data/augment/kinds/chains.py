"""Two steps one after the other, where the second call waits for the result of the first."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
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

from ..example import Ask, Back, Code, Draft, Say
from ..kind import Kind
from ..scene import TYPES, Scene
from .requests import PHRASES, Request, phrases, request
from .showing import literal, showing
from .telling import telling

SMALL = 3
INTRO_SHARE = 0.4
# How many chains have a condition, how many of these do not come true, and how many of the chains
# without one go on to a summary of the second result.
CONDITIONAL = 0.3
NOT_MET = 0.3
TO_THE_END = 0.3
TRIES = 60
# Characters of a text result that a summary may still follow.
LONGEST_TEXT = 300


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
    return read_toml(PHRASES / "steps.toml")


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


def _led_file(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401
    path = _file_of(found)
    return _on_file(scene, tool, path, scene.pick(steps()["leads"][first.tool])) if path else None


def _same_file(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    return _on_file(scene, tool, first.facts["path"], scene.pick(steps()["leads"]["same_file"]))


def _named_file(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    path = scene.path()
    return _on_file(scene, tool, path, path)


def complained_name(message: str) -> str | None:
    """Return the name that a diagnostic is about: the last one in backticks that is no type."""
    quoted = re.findall(r"`([^`]*)`", message)
    names = [name for name in quoted if name.isidentifier() and name not in TYPES]
    return names[-1] if names else None


def _led_place(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401
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


def _same_place(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    spoken = scene.pick(steps()["leads"]["same_symbol"])
    return Second(scene.pick(steps()["places"][tool]).format(it=spoken), tool, first.arguments)


def _alone(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    path = first.arguments["path"] if first.tool.startswith("git_") else "."
    facts = {"tests": scene.tests(), "command": scene.command()}
    arguments: dict[str, Any] = {"path": path}
    if tool == "pytest_run":
        arguments = {"path": facts["tests"]}
    if tool == "run_command":
        arguments = {"command": facts["command"]}
    return Second(scene.pick(steps()["alone"][tool]).format(**facts), tool, arguments)


def _again(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    wish = scene.pick(steps()["alone"]["again"])
    return Second(wish, "pytest_run", {"path": _failing(found)})


def _git_show(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    arguments = {"command": f"git show {found.commits[0].hash}"}
    return Second(scene.pick(steps()["alone"]["git_show"]), "run_command", arguments)


def _search(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    arguments = {"query": found.symbols[0].name}
    return Second(scene.pick(steps()["alone"]["search"]), "workspace_symbols", arguments)


def _save(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401
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


def _every_file(tool: str, scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    paths = [file.file for file in found.files if file.file.endswith(".py")]
    gone = any(getattr(file, "status", "") == "deleted" for file in found.files)
    if gone or len(paths) < 2:
        return None
    count = "violation_count" if tool == "ruff_check" else "error_count"
    listed = ", ".join(literal(path) for path in paths)
    code = f"for path in [{listed}]:\n    result = {tool}(path)\n    print(path, result.{count})"
    return Second(scene.pick(steps()["alone"][f"every_{tool}"]), tool, {"path": paths[0]}, code)


def _read_back(scene: Scene, first: Request, found: Any) -> Second | None:  # noqa: ANN401, ARG001
    arguments = {"path": first.arguments["path"]}
    return Second(scene.pick(steps()["alone"]["read_back"]), "read_file", arguments)


FILE_TOOLS = ("read_file", "git_log", "git_diff", "typecheck", "ruff_check", "document_symbols")
# The tools whose result may report nothing, so that a condition on it can go either way.
EITHER_WAY = {"typecheck", "ruff_check", "pytest_run", "git_status", "workspace_symbols"}


class Pair(NamedTuple):
    """Which tool is called first, which second, and how the second follows from the first.

    `needs` says that the second step is about something that the first result holds.
    """

    first: str
    second: str
    how: str
    follow: Follow
    needs: bool = True
    weight: float = 1.0


# The second tools of each first tool, by how they follow from it.
LED_PLACES = {
    "typecheck": ("hover", "goto_definition", "find_references"),
    "goto_definition": ("hover", "find_references"),
    "find_references": ("hover",),
}
SAME_PLACES = {
    "hover": ("goto_definition", "find_references"),
    "find_references": ("goto_definition",),
    "goto_definition": ("find_references",),
}
SAME_FILES = {
    "document_symbols": ("read_file", "git_log", "git_diff", "typecheck", "ruff_check"),
    "hover": ("read_file", "git_log", "document_symbols"),
    "read_file": ("git_log", "git_diff"),
}
APART = {
    "git_status": ("git_diff", "git_log", "pytest_run", "run_command"),
    "git_diff": ("git_status", "git_log", "pytest_run"),
    "git_log": ("git_status", "git_diff"),
    "pytest_run": ("git_status", "git_diff", "run_command"),
    "typecheck": ("pytest_run", "run_command"),
    "ruff_check": ("pytest_run", "git_status", "run_command"),
    "run_command": ("git_status", "git_diff", "pytest_run"),
    "write_file": ("git_status",),
}
LEADING = (
    *("typecheck", "ruff_check", "pytest_run", "goto_definition", "find_references"),
    *("workspace_symbols", "git_status", "git_diff"),
)
FREQUENT = {("git_status", "git_diff"), ("goto_definition", "read_file"), ("typecheck", "hover")}


def _pairs() -> Iterator[Pair]:
    for first in LEADING:
        for second in FILE_TOOLS:
            if first != second:
                weight = 2.0 if (first, second) in FREQUENT else 0.7
                yield Pair(first, second, "led", partial(_led_file, second), weight=weight)
    yield Pair("pytest_run", "pytest_run", "again", _again)
    for table, how, follow in (
        (LED_PLACES, "place", _led_place),
        (SAME_PLACES, "same_place", _same_place),
        (SAME_FILES, "same_file", _same_file),
        (APART, "apart", _alone),
    ):
        for first, seconds in table.items():
            for second in seconds:
                weight = 2.0 if (first, second) in FREQUENT else 1.0
                needs = how != "apart"
                yield Pair(first, second, how, partial(follow, second), needs, weight)
    for second in ("git_log", "git_diff", "read_file", "ruff_check", "typecheck"):
        weight = 1.5 if second.startswith("git") else 1.0
        yield Pair("pytest_run", second, "named", partial(_named_file, second), False, weight)
    yield Pair("git_log", "run_command", "newest", _git_show)
    yield Pair("document_symbols", "workspace_symbols", "name", _search)
    yield Pair("write_file", "read_file", "back", _read_back, False)
    for first in ("git_log", "git_status", "document_symbols", "find_references"):
        yield Pair(first, "write_file", "save", _save)
    for first in ("git_status", "git_diff"):
        for second in ("ruff_check", "typecheck"):
            yield Pair(first, second, "each", partial(_every_file, second))


PAIRS = tuple(_pairs())


def _capital(text: str) -> str:
    return text if "/" in text.split(" ")[0] else text[0].upper() + text[1:]


def _asked(scene: Scene, frame: str, first: Request, second: Second, when: str) -> str:
    facts = {"first": first.say(scene, "wishes"), "noun": first.say(scene, "nouns")}
    intro = ""
    spoken = "intros" in phrases(first.voice) and "noun}" not in frame.lower()
    if spoken and scene.chance(INTRO_SHARE):
        facts["first"] = first.say(scene, "short_wishes")
        intro = first.say(scene, "intros") + " "
    if when:
        facts["when"] = first.say(scene, when)
        facts["should"] = first.say(scene, f"should_{when}")
    facts["then"] = second.wish
    facts |= {name.capitalize(): _capital(text) for name, text in facts.items()}
    return intro + frame.format(**facts)


def _first_step(scene: Scene, pair: Pair, clean: bool) -> tuple[Request, Any, Second]:
    for _ in range(TRIES):
        first = request(scene, pair.first)
        found = first.result(scene, "clean" if clean else "filled", scene.number(1, SMALL))
        sample = first.result(scene, size=SMALL) if clean and pair.needs else found
        # What is asked for after "the first error" must be about an error, not about a warning.
        if isinstance(found, TypeCheckResult) and not (
            clean or found.errors[0].severity == "error"
        ):
            continue
        if second := pair.follow(scene, first, sample):
            return first, found, second
    raise RuntimeError(f"no {pair.second} follows from {pair.first} in {TRIES} scenes")


def _second_result(scene: Scene, second: Second) -> tuple[Back, Say] | tuple[()]:
    if second.code or second.arguments.get("command", "").startswith("git show"):
        return ()
    size = min(second.arguments.get("count", SMALL), scene.number(1, SMALL - 1))
    found = scene.result(second.tool, *second.arguments.values(), size=size)
    if isinstance(found, str) and len(found) > LONGEST_TEXT:
        return ()
    return Back(found), Say(telling(scene, second.tool, second.arguments, found))


def _chain(pair: Pair, scene: Scene) -> Draft:
    when, met, clean = "", True, not pair.needs and scene.chance(0.2)
    frames = steps()["plain"] + ([] if pair.needs else steps()["backwards"])
    if pair.first in EITHER_WAY and scene.chance(CONDITIONAL):
        when = "bad" if pair.needs or scene.chance(0.5) else "good"
        met = not scene.chance(NOT_MET)
        clean = met == (when == "good")
        frames = steps()["if_true"]
    first, found, second = _first_step(scene, pair, clean)
    asked = Ask(_asked(scene, scene.pick(frames), first, second, when))
    begun = (asked, Code(showing(scene, first.tool, first.arguments)), Back(found))
    if not met:
        told = telling(scene, first.tool, first.arguments, found)
        separator = "\n" if "\n" in told else " "
        return *begun, Say(told + separator + scene.pick(steps()["not_needed"]))
    code = Code(second.code or showing(scene, second.tool, second.arguments))
    ending = _second_result(scene, second) if scene.chance(TO_THE_END) else ()
    return *begun, code, *ending


KINDS = tuple(
    Kind(
        f"chain_{pair.first}_{pair.second}_{pair.how}",
        "chaining",
        partial(_chain, pair),
        (pair.first,),
        pair.weight,
    )
    for pair in PAIRS
)
