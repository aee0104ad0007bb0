"""One tool, called as the query needs it."""

from collections.abc import Callable

from fixtures import TOOLS

from ..aspects import Aspect, aspects_of, own_name
from ..example import Ask, Code, Draft
from ..kind import Kind
from ..scene import Scene
from ..sentences import query_about


def answered(aspect: Aspect, scene: Scene) -> Draft:
    """Return a query about an aspect and the call that answers it."""
    slots = aspect.slots(scene)
    query = query_about(aspect, slots)
    if scene.one_style:
        name = own_name(aspect.tool)
    else:
        name = aspect.names[0] if scene.chance(0.6) else scene.pick(aspect.names)
    call, shown = aspect.lines(slots, name)
    return Ask(query), Code(f"{call}\n{shown}".strip("\n"))


def _about(tool: str) -> Callable[[Scene], Draft]:
    aspects = aspects_of(tool, broad=True)
    weights = [len(aspect.ask) for aspect in aspects]

    def make(scene: Scene) -> Draft:
        return answered(scene.random.choices(aspects, weights)[0], scene)

    return make


KINDS = tuple(Kind(f"single_{tool}", "single_tool", _about(tool), (tool,)) for tool in TOOLS)
