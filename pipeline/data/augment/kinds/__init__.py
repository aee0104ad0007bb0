"""All kinds of example: each module here exports `KINDS`."""

import importlib
import pkgutil
from dataclasses import replace
from functools import cache

from ..kind import Kind
from .further import further_kinds

# The share of a category that is of the second lesson, where that has kinds of it.
FURTHER = {"direct_answers": 0.65, "summary": 0.2}
USUAL_FURTHER = 0.5


@cache
def all_kinds() -> tuple[Kind, ...]:
    """Return every kind, in the order of the modules' names.

    Raises ValueError where two have the same name.
    """
    found: list[Kind] = []
    for module in sorted(entry.name for entry in pkgutil.iter_modules(__path__)):
        found.extend(getattr(importlib.import_module(f"{__name__}.{module}"), "KINDS", ()))
    names = [kind.name for kind in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two kinds are named {twice[0]!r}")
    return tuple(found)


def kinds_of(category: str) -> tuple[Kind, ...]:
    """Return the kinds of a category that the first sets are made of."""
    return tuple(kind for kind in all_kinds() if kind.category == category)


def all_kinds_of(category: str) -> tuple[Kind, ...]:
    """Return the kinds of a category with those of the second lesson, which have their share.

    Raises ValueError for an aspect that no tool has.
    """
    usual = kinds_of(category)
    further = [kind for kind in further_kinds() if kind.category == category]
    if not further:
        return usual
    share = FURTHER.get(category, USUAL_FURTHER)
    each = sum(kind.weight for kind in usual) * share / (1 - share) / len(further)
    return (*usual, *(replace(kind, weight=each) for kind in further))
