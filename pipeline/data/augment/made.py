"""Rows of a data set together with what made them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .generate import Example


class Made(NamedTuple):
    """A row, the category and kind that made it, its tools, and the defects put into it."""

    row: dict[str, Any]
    category: str
    kind: str
    tools: tuple[str, ...]
    defects: tuple[str, ...] = ()


# The rows of each file of a data set, in order.
Splits = Mapping[str, Sequence[Made]]


def made_of(example: Example) -> Made:
    """Return a generated example as a row without a defect."""
    return Made(example.row, example.kind.category, example.kind.name, example.tools)
