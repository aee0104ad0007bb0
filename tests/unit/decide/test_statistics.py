from math import sqrt

import pytest

from evals.decide import percent, wilson_interval
from evals.decide.statistics import wilson_bounds

Z = 1.959964


def test_wilson_of_half_of_ten_by_hand():
    # Middle 1/2; z sqrt((1/4) / 10 + z^2 / 400) / (1 + z^2 / 10) = 1.96 * 0.186 / 1.384 = 0.2634.
    spread = 100 * Z * sqrt(1 / 40 + Z * Z / 400) / (1 + Z * Z / 10)
    assert wilson_bounds(5, 10) == pytest.approx((50 - spread, 50 + spread), abs=1e-4)
    assert wilson_interval(5, 10) == (23.7, 76.3)


def test_wilson_of_nothing_by_hand():
    # The upper end is z^2 / (n + z^2) = 3.8415 / 23.8415.
    assert wilson_bounds(0, 20) == pytest.approx((0, 100 * Z * Z / (20 + Z * Z)), abs=1e-4)
    assert wilson_interval(0, 20) == (0.0, 16.1)


def test_wilson_of_everything_ends_at_100():
    assert wilson_interval(57, 57).high == 100.0


def test_wilson_of_nothing_starts_at_0():
    assert wilson_interval(0, 57).low == 0.0


def test_wilson_without_trials_is_refused():
    with pytest.raises(ValueError, match="0 successes of 0 trials is no rate"):
        wilson_interval(0, 0)


def test_percent_has_one_decimal():
    assert percent(46, 57) == 80.7
