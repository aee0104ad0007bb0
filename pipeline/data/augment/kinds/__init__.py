"""All kinds of example: each module here exports `KINDS`."""

import importlib
import pkgutil
from functools import cache

from ..kind import Kind


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
    """Return the kinds of a category."""
    return tuple(kind for kind in all_kinds() if kind.category == category)
