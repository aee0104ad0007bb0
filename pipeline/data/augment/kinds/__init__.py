"""All kinds of example: each module here exports `KINDS`."""

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from ..kind import Kind
from .further import further_kinds, wider_kinds

# The share of a category that is of the second lesson, where that has kinds of it.
SECOND_LESSON_SHARES = {"direct_answers": 0.65, "summary": 0.2}
SECOND_LESSON_SHARE = 0.5
# The same of all that came after the first sets.
LATER_SHARES = {"summary": 0.2, "edge_cases": 0.5}
LATER_SHARE = 0.7


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


def _with_later(category: str, later: Iterable[Kind], share: float) -> tuple[Kind, ...]:
    usual = kinds_of(category)
    fit = [kind for kind in later if kind.category == category]
    if not fit:
        return usual
    each = sum(kind.weight for kind in usual) * share / (1 - share) / len(fit)
    return (*usual, *(replace(kind, weight=each) for kind in fit))


def second_lesson_kinds_of(category: str) -> tuple[Kind, ...]:
    """Return the kinds of a category with those of the second lesson, which have their share.

    Raises ValueError for an aspect that no tool has.
    """
    return _with_later(
        category, further_kinds(), SECOND_LESSON_SHARES.get(category, SECOND_LESSON_SHARE)
    )


def all_kinds_of(category: str) -> tuple[Kind, ...]:
    """Return every kind of a category, those that came after the first sets with their share.

    Raises ValueError for an aspect that no tool has.
    """
    share = LATER_SHARES.get(category, LATER_SHARE)
    return _with_later(category, (*further_kinds(), *wider_kinds()), share)
