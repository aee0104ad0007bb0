"""Typed tools for what sounds like a shell command, and the shell where nothing else fits."""

from dataclasses import dataclass
from functools import cache, partial
from string import Template

from fixtures.toml_files import read_toml

from ..aspects import aspects_of, own_name
from ..example import Ask, Code, Draft
from ..kind import Kind
from ..scene import Scene
from ..sentences import framed, query_about
from ..vocabulary import FOLDER, frozen

# How much of the category are commands for which there is no typed tool.
TRULY_COMMANDS = 0.2
COMMAND_FORMS = (
    "$it",
    "$it",
    "`$it`",
    "Run `$it`.",
    "Run $it.",
    "$it, please.",
    "Please run `$it` for me.",
    "What does `$it` say?",
    "What would `$it` print?",
    "$$ $it",
    "$$ $it\n\nWhat is the result?",
    "$$ $it\n\nPlease do this and tell me what comes out.",
    "Can you do `$it`?",
    "I'd type `$it` now. Do it for me.",
    "Do the equivalent of `$it`.",
    "`$it` -> what's the result?",
    "Normally I run $it here. Do that.",
    "The README says to run `$it`.",
    "> $it",
    "Execute $it and report.",
    "Could you `$it`?",
    "My terminal is broken. Run `$it` for me.",
    "$it and tell me what it says",
    "CI runs `$it`. What would it say?",
)


@dataclass(frozen=True)
class Temptation:
    """Commands and sentences that name a program, and the tool that is wanted instead."""

    tool: str
    aspect: str
    command: tuple[str, ...]
    ask: tuple[str, ...]


@cache
def temptations() -> tuple[Temptation, ...]:
    """Return the temptations of temptations.toml."""
    tables = read_toml(FOLDER / "temptations.toml")["temptation"]
    return tuple(Temptation(**frozen(table)) for table in tables)


def _tempted(temptation: Temptation, scene: Scene) -> Draft:
    aspects = aspects_of(temptation.tool)
    aspect = next(aspect for aspect in aspects if aspect.name == temptation.aspect)
    bare = aspect.subject == "tree"
    slots = aspect.slots(scene, **({"path": "."} if bare else {}))
    commands, sentences = temptation.command, temptation.ask
    if commands and scene.chance(0.62):
        query = Template(scene.pick(COMMAND_FORMS)).substitute(it=scene.pick(commands))
        query = Template(query.replace("$ ", "$$ ")).substitute(slots)
    else:
        query = framed(scene, Template(scene.pick(sentences)).substitute(slots))
    name = own_name(aspect.tool) if scene.one_style else scene.pick(aspect.names[:2])
    call, shown = aspect.lines(slots, name)
    return Ask(query), Code(f"{call}\n{shown}".strip("\n"))


def _truly(scene: Scene) -> Draft:
    aspect = aspects_of("run_command")[0]
    slots = aspect.slots(scene)
    if scene.chance(0.5):
        query = Template(scene.pick(COMMAND_FORMS)).substitute(it=str(slots["command"]))
    else:
        query = query_about(aspect, slots)
    call, shown = aspect.lines(slots, "output")
    return Ask(query), Code(f"{call}\n{shown}".strip("\n"))


def _kinds() -> tuple[Kind, ...]:
    category = "tool_identity"
    found = [
        Kind(
            f"typed_{number}_{temptation.tool}",
            category,
            partial(_tempted, temptation),
            (temptation.tool,),
        )
        for number, temptation in enumerate(temptations())
    ]
    weight = TRULY_COMMANDS * len(found) / (1 - TRULY_COMMANDS)
    return (*found, Kind("truly_command", category, _truly, ("run_command",), weight))


KINDS = _kinds()
