"""Requests full of tool words that forbid a call, and pasted output that needs none."""

from functools import cache
from typing import NamedTuple

from fixtures.toml_files import read_toml, tables_of

from ..example import Ask, Draft, Say
from ..kind import Kind
from ..scene import Scene
from .direct_answers import FOLDER, tool_for_wish, which_tool

BANS = (
    "Don't call anything, only name the tool you would use to {wish}.",
    "Without running anything: which tool is there to {wish}?",
    "Please run nothing. I just want to know how you would {wish}.",
    "No calls, please. Which tool would you take to {wish}?",
    "Hands off my project! Just say which tool I need to {wish}.",
    "Do not execute any code yet. What would you use to {wish}?",
    "Nothing must be run at the moment. Say in words which tool would {wish}.",
    "only talk, no action: what is the tool to {wish}",
    "I am not asking you to do it, but how would you {wish}?",
    "Theoretically, if I let you: what would you call to {wish}?",
    "Stop, run nothing. What would be your first call if you had to {wish}?",
)
INTROS = (
    "I get this:",
    "My colleague sent me this output:",
    "CI prints this:",
    "Found in yesterday's log:",
    "I ran it by hand and got",
    "This is what my terminal says:",
    "Somebody posted this in our chat:",
    "",
)
REQUESTS = (
    "What does it mean in general?",
    "What does this message usually mean?",
    "You need not look at the code. What is the usual cause?",
    "No need to run anything. What is this telling me?",
    "Explain the message to me, without checking my project.",
    "I only want to understand the message.",
    "Please explain in one or two sentences what that means.",
    "what does that mean",
    "What is this in plain words? Leave the code alone.",
    "Don't fix it, don't run it, just explain the message.",
)


class Paste(NamedTuple):
    """Output that someone pastes, and what it means."""

    output: str
    answer: str


@cache
def pastes() -> tuple[Paste, ...]:
    """Return all outputs to paste."""
    path = FOLDER / "pasted.toml"
    return tuple(Paste(**table) for table in tables_of(read_toml(path), "paste", path))


def _banned(scene: Scene) -> Draft:
    wish, answer = scene.pick((which_tool, tool_for_wish))(scene)
    return Ask(scene.pick(BANS).format(wish=wish)), Say(answer)


def _pasted(scene: Scene) -> Draft:
    paste = scene.pick(pastes())
    output = scene.fill(paste.output, name=scene.variable(), file=scene.path())
    parts = [scene.pick(INTROS), output, scene.pick(REQUESTS)]
    if scene.chance(0.2):
        parts = [parts[2], output]
    return Ask("\n\n".join(part for part in parts if part)), Say(paste.answer)


KINDS = (
    Kind("banned_call", "edge_cases", _banned, weight=2.5),
    Kind("pasted_output", "edge_cases", _pasted, weight=2.5),
)
