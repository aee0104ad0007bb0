"""What may be asked of each tool: ways to ask, and code that answers."""

import re
from dataclasses import dataclass
from functools import cache
from string import Template

from fixtures import TOOLS
from fixtures.toml_files import read_toml, toml_files

from .scene import Scene
from .slots import Slots
from .vocabulary import FOLDER, frozen

# What each parameter is filled with, where an aspect does not say otherwise.
_ARGUMENTS = {
    "path": '"$path"',
    "file_path": '"$path"',
    "line": "$line",
    "column": "$column",
    "symbol": '"$symbol"',
    "query": '"$query"',
    "content": '"$content"',
    "command": '"$command"',
}
# The share of calls that name their arguments.
NAMED = 0.1
# Fewer lines than this and one make a short shape.
SHORT = 3


@dataclass(frozen=True)
class Aspect:
    """Something to know of a tool: `ask` holds whole queries, the others parts of sentences.

    A `broad` aspect is about the tool as a whole, any other about fields of its result. `subject`
    is what kind of path it is about: file, folder, text or tree. `house` is the code that shows all
    that mostly matters of the result: what is written where there is one style.
    """

    tool: str
    name: str
    ask: tuple[str, ...]
    do: tuple[str, ...]
    tell: tuple[str, ...]
    show: tuple[str, ...]
    code: tuple[str, ...]
    broad: bool = False
    subject: str = ""
    call: str = ""
    house: str = ""
    weight: float = 1.0
    names: tuple[str, ...] = ("result",)

    def slots(self, scene: Scene, **given: object) -> Slots:
        """Return the values that sentences and code of the aspect share."""
        return Slots(scene, self.subject, given)

    def called(self, scene: Scene) -> str:
        """Return the template of the call, its arguments by position or by name."""
        if self.call:
            return self.call
        parameters = [name for name in TOOLS[self.tool].signature.parameters if name in _ARGUMENTS]
        values = [_ARGUMENTS[name] for name in parameters]
        if self.tool == "pytest_run":
            values = ['"$tests"']
        if scene.style.chance(NAMED):
            values = [f"{name}={value}" for name, value in zip(parameters, values, strict=True)]
        return f"{self.tool}({', '.join(values)})"

    def lines(self, slots: Slots, result: str, *, short: bool = False) -> tuple[str, str]:
        """Return code that answers: the line that calls, perhaps empty, and the lines after it.

        `short` leaves out the longer shapes where there are others.
        """
        scene = slots.scene
        call = Template(self.called(scene)).substitute(slots)
        shapes = [shape.strip("\n") for shape in self.code]
        if scene.one_style:
            shapes = [house_code(self) or shapes[0]]
        elif short:
            shapes = [shape for shape in shapes if shape.count("\n") < SHORT] or shapes
        shape = scene.style.pick(shapes)
        shown = Template(shape).substitute(slots.over(r=result, call=call))
        return (f"{result} = {call}" if "$r" in shape and "$call" not in shape else ""), shown


_SUBJECTS = {
    "typecheck": "code",
    "ruff_check": "code",
    "document_symbols": "file",
    "goto_definition": "file",
    "find_references": "file",
    "hover": "file",
    "git_status": "tree",
    "git_diff": "tree",
    "git_log": "tree",
    "read_file": "text",
    "write_file": "report",
}
# What results are called in code; the first one is for code with a single call.
NAMES = {
    "typecheck": ("result", "types", "check"),
    "ruff_check": ("result", "lint"),
    "pytest_run": ("result", "tests", "run"),
    "goto_definition": ("result", "definition"),
    "find_references": ("result", "uses", "references"),
    "hover": ("result", "info", "shown"),
    "document_symbols": ("result", "outline"),
    "workspace_symbols": ("result", "found", "matches"),
    "git_status": ("result", "status"),
    "git_diff": ("result", "diff"),
    "git_log": ("result", "log", "history"),
    "read_file": ("text",),
    "write_file": ("written",),
    "run_command": ("output",),
}


@cache
def all_aspects() -> tuple[Aspect, ...]:
    """Return every aspect of the TOML files in the folder aspects."""
    found = []
    for path in toml_files(FOLDER / "aspects"):
        for entry in read_toml(path)["aspect"]:
            tool: str = entry["tool"]
            made = {"subject": _SUBJECTS.get(tool, ""), "names": NAMES[tool], **frozen(entry)}
            found.append(Aspect(**made))
    return tuple(found)


def own_name(tool: str) -> str:
    """Return what the result of a tool is called in code that calls several."""
    return NAMES[tool][:2][-1]


def _reads(code: str) -> set[str]:
    return set(re.findall(r"\.(\w+)", code))


@cache
def house_code(aspect: Aspect) -> str:
    """Return the code that shows all that matters of the tool's result, if that answers the aspect.

    It is empty where the aspect needs something that this code does not show.
    """
    houses = [other.house for other in aspects_of(aspect.tool, broad=True) if other.house]
    house = houses[0].strip("\n") if houses else ""
    return house if _reads(aspect.code[0]) <= _reads(house) else ""


@cache
def aspects_of(tool: str, *, broad: bool | None = None) -> tuple[Aspect, ...]:
    """Return the aspects of a tool: all, the broad ones, or those about fields."""
    return tuple(
        aspect
        for aspect in all_aspects()
        if aspect.tool == tool and (broad is None or aspect.broad == broad)
    )
