from math import sqrt

import pytest

from evals.decide.paired import differences, paired_interval, sign_flip, sign_flip_worse
from evals.decide.repeats import Share

YES, NO = Share(1, 1), Share(0, 1)


def pairs(both=0, fixed=0, broken=0, neither=0):
    """Cases that were asked once in each run."""
    return [(YES, YES)] * both + [(NO, YES)] * fixed + [(YES, NO)] * broken + [(NO, NO)] * neither


@pytest.mark.parametrize(
    ("fixed", "broken", "p"),
    [
        # By hand: of 2^8 ways, 1 + 8 have at most one fixed, and as many at most one broken.
        (1, 7, 2 * (1 + 8) / 256),
        # 1 + 22 + 231 + 1540 + 7315 + 26334 + 74613 = 110056 of 2^22 have at most six.
        (6, 16, 2 * 110056 / 4194304),
    ],
)
def test_p_is_the_share_of_splits_at_least_as_uneven(fixed, broken, p):
    assert sign_flip([1] * fixed + [-1] * broken) == p


def test_p_of_rates_counts_every_way_to_exchange_the_runs():
    # +3 +2 -1: of the eight sums 6 4 2 0 0 -2 -4 -6, four are at least 4 away from zero.
    assert sign_flip([3, 2, -1]) == 4 / 8


def test_nothing_changed_is_p_1():
    assert sign_flip([0, 0, 0]) == 1.0


def test_five_broken_of_five_are_worse_by_the_one_sided_test():
    assert sign_flip_worse([-1] * 5) == 1 / 32


def test_differences_are_in_parts_that_both_runs_can_be_told_in():
    assert differences([(Share(1, 2), Share(2, 3)), (Share(0, 2), Share(1, 3))]) == [1, 2]


def test_differences_of_very_many_repeats_are_rounded():
    changed = differences([(Share(500, 999), Share(501, 1000)), (Share(0, 999), Share(1000, 1000))])
    # Of 5040 parts, 500 / 999 is 2522.5 and 501 / 1000 is 2525.0.
    assert changed == [2, 5040]


def test_the_interval_without_correlation_is_the_hypotenuse():
    # 5 cases in each cell: rates of 1/2 of 20 in both, and nothing in common. Wilson's interval is
    # 1/2 and z sqrt((1/4) / 20 + z^2 / 1600) / (1 + z^2 / 20) to each side, z = 1.959964.
    z = 1.959964
    half = 100 * z * sqrt(1 / 80 + z * z / 1600) / (1 + z * z / 20)
    low, high = paired_interval(pairs(5, 5, 5, 5))
    assert (low, high) == pytest.approx((-sqrt(2) * half, sqrt(2) * half), abs=1e-4)


def test_the_interval_is_narrower_where_the_same_cases_pass():
    # 8 both and 8 neither of 16: covariance 1/4, less half a case of 16, over deviations of 1/2
    # each: phi = (1/4 - 1/32) / (1/4) = 7/8. Both sides of Wilson's interval are the same, so the
    # third side is half sqrt(2 - 2 phi) = half / 2.
    z = 1.959964
    half = 100 * z * sqrt(1 / 64 + z * z / 1024) / (1 + z * z / 16)
    low, high = paired_interval(pairs(both=8, neither=8))
    assert (low, high) == pytest.approx((-half / 2, half / 2), abs=1e-4)


def test_cases_that_all_agree_have_no_correlation_to_narrow_by():
    # 3 of 5 in every case of both runs: 100 answers each, and the deviations are exactly zero.
    z, rate, answers = 1.959964, 0.6, 100
    scale = 1 + z * z / answers
    spread = 100 * z * sqrt(rate * (1 - rate) / answers + z * z / (4 * answers**2)) / scale
    middle = 100 * (rate + z * z / (2 * answers)) / scale
    up, down = middle + spread - 60, 60 - (middle - spread)
    interval = paired_interval([(Share(3, 5), Share(3, 5))] * 20)
    assert interval == pytest.approx((-sqrt(up**2 + down**2), sqrt(up**2 + down**2)), abs=1e-4)


def test_equal_runs_have_an_interval_around_zero():
    low, high = paired_interval(pairs(both=46, neither=11))
    assert low == pytest.approx(-high)
    assert low < 0


def test_no_cases_have_no_interval():
    with pytest.raises(ValueError, match="0 successes of 0 trials"):
        paired_interval([])
