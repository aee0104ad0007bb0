"""Requests for one tool: its arguments and the many ways to word what is wanted of it."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from fixtures import Result
from fixtures.toml_files import read_toml

from ..outcomes import Mood
from ..scene import Scene
from ..vocabulary import frozen

PHRASES = Path(__file__).parent / "phrases"

POSITIONS = (
    "{path}, line {line}, column {column}",
    "{path}:{line}:{column}",
    "line {line}, column {column} of {path}",
    "{path} (line {line}, column {column})",
    "{path} at line {line}, column {column}",
)
UNDER = (" in {folder}", " under {folder}", " below {folder}", " of {folder}")
CONTENTS = (
    "# {noun}",
    "{word} = {number}",
    "{adjective} {plural}",
    "TODO: {verb} the {noun}",
    "version {version}",
    "{verb} {noun}: done",
)


class Request(NamedTuple):
    """One tool with its arguments, `voice` being how it is spoken of in requests.toml."""

    tool: str
    voice: str
    arguments: Mapping[str, Any]
    facts: Mapping[str, Any]

    def say(self, scene: Scene, what: str) -> str:
        """Return one of the phrases of a sort, such as `wishes`, filled."""
        return scene.say(phrases(self.voice)[what], **self.facts)

    def result(self, scene: Scene, mood: Mood = "filled", size: int | None = None) -> Result | str:
        """Return what the tool may return: one definition, the commits asked for."""
        size = 1 if self.tool == "goto_definition" else self.arguments.get("count", size)
        return scene.result(self.tool, *self.arguments.values(), mood=mood, size=size)


@cache
def phrases(voice: str) -> dict[str, tuple[str, ...]]:
    """Return the phrases of a voice by their sort."""
    return frozen(read_toml(PHRASES / "requests.toml")[voice])


def request(scene: Scene, tool: str) -> Request:
    """Return a request for a tool, with arguments of the scene."""
    return _MAKERS.get(tool, _of_path)(scene, tool)


def _of_path(scene: Scene, tool: str) -> Request:
    makers: dict[str, Callable[[], str]] = {
        "pytest_run": scene.tests,
        "document_symbols": scene.path,
        "read_file": scene.pick((scene.config, scene.document, scene.path, scene.script)),
    }
    path = makers.get(tool, scene.place_to_check)()
    name = "file_path" if tool == "document_symbols" else "path"
    return Request(tool, tool, {name: path}, {"path": path})


def _of_place(scene: Scene, tool: str) -> Request:
    place = scene.place()
    arguments = {
        "file_path": place.path,
        "line": place.line,
        "column": place.column,
        "symbol": place.symbol,
    }
    facts = {**arguments, "path": place.path}
    return Request(tool, tool, arguments, {**facts, "at": scene.say(POSITIONS, **facts)})


def _of_query(scene: Scene, tool: str) -> Request:
    query = scene.pick((scene.class_name, scene.class_name, scene.function))().strip("_")
    return Request(tool, tool, {"query": query}, {"query": query})


def _of_git(scene: Scene, tool: str) -> Request:
    path = scene.folder() if scene.chance(0.25) else "."
    under = "" if path == "." else scene.say(UNDER, folder=path)
    arguments: dict[str, Any] = {"path": path}
    facts: dict[str, Any] = {"path": path, "under": under}
    voice = tool
    if tool == "git_diff" and scene.chance(0.35):
        arguments["staged"] = True
        voice = "git_diff_staged"
    if tool == "git_log" and scene.chance(0.65):
        arguments["count"] = facts["count"] = scene.pick((2, 2, 3, 3, 4, 4, 5, 5))
        voice = "git_log_counted"
    return Request(tool, voice, arguments, facts)


def _of_command(scene: Scene, tool: str) -> Request:
    command = scene.command()
    return Request(tool, tool, {"command": command}, {"command": command})


def _of_writing(scene: Scene, tool: str) -> Request:
    path, content = scene.report(), scene.say(CONTENTS)
    arguments = {"path": path, "content": content}
    return Request(tool, tool, arguments, arguments)


_MAKERS: dict[str, Callable[[Scene, str], Request]] = {
    **dict.fromkeys(("goto_definition", "find_references", "hover"), _of_place),
    "workspace_symbols": _of_query,
    **dict.fromkeys(("git_status", "git_diff", "git_log"), _of_git),
    "run_command": _of_command,
    "write_file": _of_writing,
}
