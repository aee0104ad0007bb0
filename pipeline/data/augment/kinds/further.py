"""More facts, wishes and flows than `data/balanced` has, a folder of files for each lesson."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from string import Template
from typing import Any, NamedTuple

from fixtures.toml_files import read_toml, toml_files

from ..aspects import Aspect, all_aspects, own_name
from ..crossing import Flow
from ..example import Ask, Code, Draft
from ..kind import Kind
from ..scene import Scene
from ..sentences import framed
from ..vocabulary import FOLDER, frozen
from .cross_tool import flow_draft
from .direct_answers import Answer, asking
from .summaries import mixed_tests

# The second lesson, and what came after it.
FURTHER, WIDER = "further", "wider"


class ToolWish(NamedTuple):
    """Queries that an aspect of a tool answers, under the category that they are of."""

    category: str
    tool: str
    aspect: str
    ask: tuple[str, ...]

    def answered_by(self) -> Aspect:
        """Return the aspect; raises ValueError where the tool has none of that name."""
        fit = [a for a in all_aspects() if (a.tool, a.name) == (self.tool, self.aspect)]
        if not fit:
            raise ValueError(f"{self.tool} has no aspect {self.aspect!r}")
        return fit[0]


@cache
def _tables(lesson: str, key: str) -> tuple[dict[str, Any], ...]:
    files = toml_files(FOLDER / lesson)
    return tuple(frozen(entry) for file in files for entry in read_toml(file).get(key, ()))


def wishes(lesson: str) -> tuple[ToolWish, ...]:
    """Return the wishes of all files of a lesson's folder."""
    return tuple(ToolWish(**table) for table in _tables(lesson, "wish"))


def answers(lesson: str) -> tuple[Answer, ...]:
    """Return the answers of all files of a lesson's folder."""
    return tuple(Answer(**table) for table in _tables(lesson, "answer"))


def flows(lesson: str) -> tuple[Flow, ...]:
    """Return the flows of all files of a lesson's folder."""
    return tuple(Flow(**table) for table in _tables(lesson, "flow"))


def wished(ask: Sequence[str], aspect: Aspect, scene: Scene) -> Draft:
    """Return one of some queries and the code of the aspect that answers them."""
    asked = Template(scene.pick(ask))
    whole = aspect.subject == "tree" and not {"within", "path"} & set(asked.get_identifiers())
    slots = aspect.slots(scene, **({"path": "."} if whole else {}))
    query = framed(scene, asked.substitute(slots))
    call, shown = aspect.lines(slots, own_name(aspect.tool))
    return Ask(query), Code(f"{call}\n{shown}".strip("\n"))


def _kinds(lesson: str) -> Iterator[Kind]:
    for number, answer in enumerate(answers(lesson)):
        yield Kind(f"{lesson}_answer_{number}", answer.category, asking((answer,)))
    for number, wish in enumerate(wishes(lesson)):
        name = f"{lesson}_wish_{number}_{wish.aspect}"
        yield Kind(name, wish.category, partial(wished, wish.ask, wish.answered_by()), (wish.tool,))
    for flow in flows(lesson):
        name = f"{lesson}_flow_{flow.name}"
        yield Kind(name, "cross_tool", partial(flow_draft, flow), flow.tools)


@cache
def further_kinds() -> tuple[Kind, ...]:
    """Return the kinds of the second lesson alone; raises ValueError for an unknown aspect."""
    mixed = Kind("further_summary_of_mixed_tests", "summary", mixed_tests, ("pytest_run",))
    return (*_kinds(FURTHER), mixed)


@cache
def wider_kinds() -> tuple[Kind, ...]:
    """Return the kinds that came after the second lesson; raises ValueError as further_kinds."""
    return tuple(_kinds(WIDER))
