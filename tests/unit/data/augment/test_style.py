"""One style: what is asked varies, and the same request is always answered in the same form."""

from random import Random

import pytest

from fixtures import TOOLS
from pipeline.data.augment.aspects import all_aspects, aspects_of, house_code
from pipeline.data.augment.kinds.showing import showing
from pipeline.data.augment.kinds.telling import telling
from pipeline.data.augment.scene import Scene

ARGUMENTS = {"path": "src"}


def scenes(count=30):
    return [Scene(Random(seed), one_style=True) for seed in range(count)]


@pytest.mark.parametrize("tool", TOOLS)
def test_code_that_shows_a_result_has_one_form(tool):
    assert len({showing(scene, tool, ARGUMENTS) for scene in scenes()}) == 1
    varied = [Scene(Random(seed)) for seed in range(30)]
    assert len({showing(scene, tool, ARGUMENTS) for scene in varied}) > 1


def test_a_result_is_told_in_one_form():
    result = Scene(Random(1)).result("ruff_check", "src", size=2)
    assert len({telling(scene, "ruff_check", ARGUMENTS, result) for scene in scenes()}) == 1


@pytest.mark.parametrize("aspect", all_aspects(), ids=lambda aspect: aspect.name)
def test_an_aspect_is_answered_in_one_form(aspect):
    made = set()
    for seed in range(10):
        slots = Scene(Random(seed), one_style=True)
        values = {name: name for name in ("path", "tests", "query", "symbol", "line", "column")}
        lines = aspect.lines(aspect.slots(slots, **values), "result")[1]
        made.add(lines if house_code(aspect) else lines.count("\n"))
    assert len(made) == 1


def test_house_code_stands_where_it_shows_what_is_asked_for():
    by_name = {aspect.name: house_code(aspect) for aspect in aspects_of("git_status")}
    assert "file.staged" in by_name["staged_files"]
    assert by_name["status"] == by_name["staged_files"]
    assert by_name["parsed_git_status"] == ""


def test_queries_still_vary_in_one_style():
    (aspect,) = (a for a in aspects_of("ruff_check", broad=True) if a.name == "lint")
    assert len({scene.pick(aspect.ask) for scene in scenes()}) > 5
    assert len({scene.path() for scene in scenes()}) > 20
