"""The fields that a query is about, read from one tool's result."""

from functools import partial

from ..aspects import all_aspects
from ..kind import Kind
from .single_tool import answered

KINDS = tuple(
    Kind(
        f"field_{aspect.name}",
        "field_access",
        partial(answered, aspect),
        (aspect.tool,),
        aspect.weight,
    )
    for aspect in all_aspects()
    if not aspect.broad
)
