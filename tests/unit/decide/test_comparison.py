import pytest

from evals.decide.comparison import change_of_pairs, conclude, honest_sentence, side_rate
from evals.decide.repeats import Share
from evals.decide.sides import SummaryRate

YES, NO = Share(1, 1), Share(0, 1)


def pairs(fixed=0, broken=0, both=0):
    return [(NO, YES)] * fixed + [(YES, NO)] * broken + [(YES, YES)] * both


@pytest.mark.parametrize(
    ("fixed", "broken", "sentence"),
    [
        (7, 1, "7 fixed, 1 broken, p = 0.07: not enough cases to be sure"),
        (0, 0, "0 fixed, 0 broken: every case ended as before"),
        (
            12,
            1,
            "12 fixed, 1 broken, p = 0.0034: better, and chance alone would seldom do this",
        ),
        (0, 20, "0 fixed, 20 broken, p < 0.001: worse, and chance alone would seldom do this"),
    ],
)
def test_the_sentence_says_how_sure_one_can_be(fixed, broken, sentence):
    change = change_of_pairs("overall", pairs(fixed, broken, both=20))
    assert honest_sentence(change) == sentence


def test_the_sentence_of_repeats_speaks_of_how_often():
    often = [(Share(1, 5), Share(5, 5))] * 7 + [(Share(5, 5), Share(4, 5))] + [(NO, NO)] * 20
    assert honest_sentence(change_of_pairs("overall", often)) == (
        "7 cases passed more often, 1 less often, p = 0.016: better, and chance alone would seldom "
        "do this"
    )


def test_the_direction_is_that_of_the_mean_and_not_of_the_number_of_cases():
    # Many cases a little worse, fewer much better.
    moved = [(Share(5, 5), Share(4, 5))] * 12 + [(Share(0, 5), Share(5, 5))] * 10
    sentence = honest_sentence(change_of_pairs("overall", moved))
    assert sentence.startswith("10 cases passed more often, 12 less often, p = ")
    assert ": better, " in sentence


@pytest.mark.parametrize(("gained", "direction"), [(3, "flat"), (4, "up"), (-4, "down")])
def test_a_change_counts_from_20_points_on(gained, direction):
    moved = pairs(fixed=max(gained, 0), broken=max(-gained, 0))
    change = change_of_pairs("x", moved + pairs(both=20 - len(moved)))
    assert change.direction == direction


@pytest.mark.parametrize(
    ("strict", "word"), [(43, "success"), (42, "partial"), (38, "partial"), (37, "insufficient")]
)
def test_the_word_follows_from_the_rate_of_57(strict, word):
    assert conclude(side_rate(SummaryRate(0, strict, 57)), 57) == word


def test_a_rounded_rate_is_no_success():
    # 2999 of 4000 is 74.975 %, shown as 75.0.
    assert conclude(side_rate(SummaryRate(75.0, 2999, 4000)), 4000) == "partial"


def test_a_part_of_the_suite_has_no_word():
    assert conclude(side_rate(SummaryRate(0, 12, 12)), 57) is None


def test_no_pair_is_no_comparison():
    with pytest.raises(ValueError, match="no rate"):
        change_of_pairs("x", [])
