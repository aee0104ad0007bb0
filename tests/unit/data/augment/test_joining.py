"""Queries about several tools, and the code that answers all of them."""

from random import Random

import pytest

from pipeline.data.augment.aspects import aspects_of, own_name
from pipeline.data.augment.joining import joined_code
from pipeline.data.augment.scene import Scene

SYMBOLS = next(aspect for aspect in aspects_of("workspace_symbols") if aspect.broad)
HIDING = next(
    aspect for aspect in aspects_of("typecheck") if any("found = [" in code for code in aspect.code)
)
STATUS = next(aspect for aspect in aspects_of("git_status") if aspect.broad)


def joined(aspects, seed):
    scene = Scene(Random(seed))
    return joined_code(scene, aspects, [aspect.slots(scene) for aspect in aspects])


def place_of(call, code):
    return next(number for number, line in enumerate(code.split("\n")) if f"{call}(" in line)


def test_calls_stand_together_or_each_before_what_it_shows():
    orders = set()
    for seed in range(40):
        code = joined((STATUS, SYMBOLS), seed)
        orders.add(place_of("workspace_symbols", code) == place_of("git_status", code) + 1)
    assert orders == {True, False}


@pytest.mark.parametrize("order", [(HIDING, SYMBOLS), (SYMBOLS, HIDING)])
def test_no_result_is_hidden_by_a_value_of_the_same_name(order):
    name, hidden = own_name("workspace_symbols"), 0
    for seed in range(60):
        lines = joined(order, seed).split("\n")
        if not any(line.startswith(f"{name} = [") for line in lines):
            continue
        hidden += 1
        made = next(n for n, line in enumerate(lines) if line.startswith(f"{name} = workspace"))
        reused = next(n for n, line in enumerate(lines) if line.startswith(f"{name} = ["))
        last_read = max(n for n, line in enumerate(lines) if f"{name}.symbol" in line)
        assert reused < made or last_read < reused
    assert hidden
