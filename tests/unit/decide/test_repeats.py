import pytest

from evals.decide.repeats import (
    Share,
    all_pass,
    any_pass,
    clustered_bounds,
    effective_size,
    shown_k,
)
from evals.decide.statistics import wilson_bounds


def test_k_of_a_case_that_passed_three_of_five_times():
    # Of the ten pairs of five askings, three are of two that passed and one of two that failed.
    assert all_pass(Share(3, 5), 2) == 3 / 10
    assert any_pass(Share(3, 5), 2) == 9 / 10


def test_one_asking_is_the_rate_itself():
    assert all_pass(Share(3, 5), 1) == any_pass(Share(3, 5), 1) == 0.6


def test_all_askings_pass_only_where_every_one_did():
    assert [all_pass(Share(passed, 5), 5) for passed in (5, 4)] == [1, 0]
    assert [any_pass(Share(passed, 5), 5) for passed in (1, 0)] == [1, 0]


def test_a_thousand_askings_are_no_trouble():
    assert all_pass(Share(999, 1000), 500) == pytest.approx(0.5)
    assert any_pass(Share(1, 1000), 500) == pytest.approx(0.5)


@pytest.mark.parametrize("k", [0, 6])
def test_more_askings_than_there_were_cannot_be_told(k):
    with pytest.raises(ValueError, match=f"k = {k} of 5 askings cannot be told"):
        all_pass(Share(3, 5), k)


@pytest.mark.parametrize(
    ("repeats", "shown"), [(2, (1, 2)), (5, (1, 2, 4, 5)), (8, (1, 2, 4, 8)), (3, (1, 2, 3))]
)
def test_powers_of_two_and_all_repeats_are_shown(repeats, shown):
    assert shown_k(repeats) == shown


def test_answers_of_a_case_that_are_all_alike_count_once():
    # Two cases of 5/5 and two of 0/5: 20 answers tell as much as 4.
    assert effective_size([Share(5, 5), Share(5, 5), Share(0, 5), Share(0, 5)]) == 4


def test_effective_size_by_hand():
    # Mean 1/2 of 8; residuals +1 and -1: p (1 - p) = 1/4 over (1 + 1) / 8^2 is 8. With 4/4 and
    # 0/4 they are +2 and -2: 1/4 over 8 / 64 is 2.
    assert effective_size([Share(3, 4), Share(1, 4)]) == 8
    assert effective_size([Share(4, 4), Share(0, 4)]) == 2


def test_effective_size_is_never_more_than_the_answers():
    assert effective_size([Share(2, 4)] * 10) == 40


@pytest.mark.parametrize("passed", [0, 5])
def test_where_all_or_none_passed_each_case_counts_once(passed):
    assert effective_size([Share(passed, 5)] * 57) == 57


def test_cases_asked_once_have_wilsons_interval():
    shares = [Share(1, 1)] * 46 + [Share(0, 1)] * 11
    assert clustered_bounds(shares) == wilson_bounds(46, 57)


def test_no_answer_has_no_interval():
    with pytest.raises(ValueError, match="0 successes of 0 trials is no rate"):
        clustered_bounds([])
