"""Telling what a file holds and what a command prints."""

from ..scene import Scene
from .words import joined


def _text_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip(" -`\"'{}[](),.\n")]


def read_file_told(scene: Scene, text: str, path: str) -> str:
    """Tell what a file holds: the functions of code, the lines of anything else."""
    lines = _text_lines(text)
    if not lines:
        return f"{path} is empty."
    if path.endswith(".py"):
        names = [
            line.removeprefix("def ").split("(")[0] for line in lines if line.startswith("def ")
        ]
        return scene.say(
            ("{path} defines {names}.", "It is Python code with {names}."),
            path=path,
            names=joined([f"`{name}`" for name in names]),
        )
    if path.endswith((".md", ".rst")):
        told = [line.lstrip("# ") for line in lines if line.strip("-=")]
        told = [line.rstrip(".") for line in told]
        return scene.say(
            ("{path} says: {told}.", "It says the following: {told}.", "In short: {told}."),
            path=path,
            told="; ".join(told),
        )
    told = [f"`{line.rstrip(',')}`" for line in lines]
    return scene.say(
        ("{path} holds {told}.", "It contains {told}.", "The file has {told}."),
        path=path,
        told=joined(told),
    )


def run_command_told(scene: Scene, text: str, _: str) -> str:
    """Tell what a command printed."""
    lines = _text_lines(text)
    if not lines:
        return "The command ran and printed nothing."
    return scene.say(
        (
            "It printed: {told}.",
            "The command ran. Its output: {told}.",
            "It says: {told}.",
            "It finished with this output: {told}.",
        ),
        told="; ".join(lines),
    )


def write_file_told(scene: Scene, text: str, path: str) -> str:
    """Tell that a file was written."""
    characters = text.split()[1]
    return scene.say(
        (
            "{path} is written: {characters} characters.",
            "Done, {path} now holds {characters} characters.",
            "Yes, {characters} characters were written to {path}.",
        ),
        path=path,
        characters=characters,
    )
