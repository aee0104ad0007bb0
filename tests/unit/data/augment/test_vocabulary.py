from random import Random

import pytest

from pipeline.data.augment.scene import Scene
from pipeline.data.augment.vocabulary import Wordings, frozen, together

FEW = Wordings(("a", "b"), ("c",))


def picked(*, one_style: bool) -> set[str]:
    scene = Scene(Random(0), one_style=one_style)
    return {scene.pick(FEW) for _ in range(60)}


def test_one_style_words_in_further_ways() -> None:
    assert picked(one_style=True) == {"a", "b", "c"}


def test_many_styles_keep_to_the_usual_ways() -> None:
    assert picked(one_style=False) == {"a", "b"}


def test_a_list_called_more_joins_the_list_beside_it() -> None:
    made = frozen({"ask": ["a"], "ask_more": ["b"], "code": ["c"]})
    assert made == {"ask": ("a",), "code": ("c",)}
    assert made["ask"].all == ("a", "b")


def test_a_list_called_more_with_no_list_beside_it_is_refused():
    with pytest.raises(ValueError, match=r"^asks_more stands beside no asks$"):
        frozen({"ask": ["a"], "asks_more": ["b"]})


def test_tables_within_a_table_have_further_wordings_too() -> None:
    made = frozen({"hover": {"ask": ["a"], "ask_more": ["b"]}, "negated": [{"texts": ["c"]}]})
    assert made["hover"]["ask"].all == ("a", "b")
    assert made["negated"] == ({"texts": ("c",)},)


def test_wordings_together_keep_the_further_ones_last() -> None:
    both = together(FEW, ("d",))
    assert both == ("a", "b", "d")
    assert both.all == ("a", "b", "d", "c")


def test_those_that_fit_stay_usual_or_further():
    few = Wordings(("every a", "all a"), ("every b", "all b")).only(lambda w: w.startswith("every"))
    assert few == ("every a",)
    assert few.all == ("every a", "every b")


def test_one_style_names_things_by_words_of_no_list():
    scenes = [Scene(Random(seed), one_style=True) for seed in range(60)]
    known = set(scenes[0].words.nouns)
    invented = [noun for noun in (scene.noun() for scene in scenes) if noun not in known]
    assert 2 <= len(invented) <= 25
    assert all(noun.isalpha() and noun.islower() for noun in invented)
    assert {Scene(Random(seed)).noun() for seed in range(60)} <= known
