from random import Random

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


def test_tables_within_a_table_have_further_wordings_too() -> None:
    made = frozen({"hover": {"ask": ["a"], "ask_more": ["b"]}, "negated": [{"texts": ["c"]}]})
    assert made["hover"]["ask"].all == ("a", "b")
    assert made["negated"] == ({"texts": ("c",)},)


def test_wordings_together_keep_the_further_ones_last() -> None:
    both = together(FEW, ("d",))
    assert both == ("a", "b", "d")
    assert both.all == ("a", "b", "d", "c")
