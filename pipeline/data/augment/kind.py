"""What a kind of example is."""

from collections.abc import Callable
from dataclasses import dataclass

from .example import Draft
from .scene import Scene

# The suite's categories, with multi_turn parted into its two habits.
CATEGORIES = (
    *("direct_answers", "single_tool", "tool_identity", "field_access", "cross_tool"),
    *("edge_cases", "summary", "chaining"),
)


@dataclass(frozen=True)
class Kind:
    """A way of making examples: `make` drafts one from a scene.

    `tools` are those that every draft calls, `weight` how often the kind is taken beside the
    others of its category.
    """

    name: str
    category: str
    make: Callable[[Scene], Draft]
    tools: tuple[str, ...] = ()
    weight: float = 1.0
