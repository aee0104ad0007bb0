"""The second lesson, which `data/balanced` has not: more facts, more wishes and more flows."""

from collections.abc import Iterator
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


class Wish(NamedTuple):
    """Queries that an aspect of a tool answers, under the category that they are of."""

    category: str
    tool: str
    aspect: str
    ask: tuple[str, ...]


@cache
def _tables(key: str) -> tuple[dict[str, Any], ...]:
    files = toml_files(FOLDER / "further")
    return tuple(frozen(entry) for file in files for entry in read_toml(file).get(key, ()))


def wishes() -> tuple[Wish, ...]:
    """Return the wishes of all files of the folder further."""
    return tuple(Wish(**table) for table in _tables("wish"))


def _aspect_of(wish: Wish) -> Aspect:
    fit = [a for a in all_aspects() if (a.tool, a.name) == (wish.tool, wish.aspect)]
    if not fit:
        raise ValueError(f"{wish.tool} has no aspect {wish.aspect!r}")
    return fit[0]


def wished(wish: Wish, scene: Scene) -> Draft:
    """Return one of the queries of a wish and the code of its aspect; raises ValueError."""
    aspect = _aspect_of(wish)
    ask = scene.pick(wish.ask)
    whole = aspect.subject == "tree" and not {"within", "path"} & set(
        Template(ask).get_identifiers()
    )
    slots = aspect.slots(scene, **({"path": "."} if whole else {}))
    query = framed(scene, Template(ask).substitute(slots))
    call, shown = aspect.lines(slots, own_name(aspect.tool))
    return Ask(query), Code(f"{call}\n{shown}".strip("\n"))


def _kinds() -> Iterator[Kind]:
    for number, table in enumerate(_tables("answer")):
        make = asking((Answer(**table),))
        yield Kind(f"further_answer_{number}", "direct_answers", make)
    for number, wish in enumerate(wishes()):
        name = f"further_wish_{number}_{wish.aspect}"
        yield Kind(name, wish.category, partial(wished, wish), (wish.tool,))
    for table in _tables("flow"):
        flow = Flow(**table)
        name = f"further_flow_{flow.name}"
        yield Kind(name, "cross_tool", partial(flow_draft, flow), flow.tools)
    yield Kind("further_summary_of_mixed_tests", "summary", mixed_tests, ("pytest_run",))


@cache
def further_kinds() -> tuple[Kind, ...]:
    """Return the kinds of the second lesson alone; raises ValueError for an unknown aspect."""
    for wish in wishes():
        _aspect_of(wish)
    return tuple(_kinds())
