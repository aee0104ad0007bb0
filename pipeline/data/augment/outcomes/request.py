"""What a result is asked for."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..vocabulary import complaints

if TYPE_CHECKING:
    from ..scene import Scene

# Whether there is something to report: findings, failures, changes; mixed: of every sort.
Mood = Literal["filled", "clean", "mixed"]


class Request(NamedTuple):
    """The arguments of a call, and what its result is to be like.

    `size` is how many elements the list of a filled result has, None where chance decides.
    """

    arguments: Mapping[str, Any]
    mood: Mood
    size: int | None

    def text(self, name: str) -> str:
        """Return an argument that is text."""
        return str(self.arguments[name])

    def length(self, scene: "Scene", most: int) -> int:
        """Return how many elements the list of the result has."""
        if self.mood == "clean":
            return 0
        return self.size if self.size is not None else scene.number(1, most)


def message(scene: "Scene", kind: str) -> str:
    """Return the template of a message: failed, error, skipped, commit or document."""
    return scene.pick(complaints().messages[kind])


def is_file(path: str) -> bool:
    """Whether a path looks like that of a file."""
    return PurePosixPath(path).suffix != "" or path in ("Makefile", "Dockerfile")


def file_under(scene: "Scene", path: str) -> str:
    """Return a file that a tool may report for a path: itself, or a Python file in the folder."""
    if is_file(path):
        return path
    if path in (".", ""):
        return scene.path()
    return f"{path.rstrip('/')}/{scene.module()}.py"
