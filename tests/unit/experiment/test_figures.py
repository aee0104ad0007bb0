"""The figures of an experiment, held against counts by hand."""

from math import sqrt

import pytest
from scipy import stats

from evals.decide.repeats import clustered_bounds
from evals.experiment.figures import (
    categories_of,
    figures_of,
    mean_difference,
    quantization_cost,
    shares_of,
)


def test_a_case_counts_once_whatever_the_number_of_seeds(record):
    runs = record.chosen("augmented", "quantized")
    assert shares_of(record, runs) == {"a": (2, 2), "b": (1, 2), "c": (0, 2), "d": (0, 2)}


def test_each_arm_has_its_rate_by_seed_and_its_difference_to_the_first(record):
    first, second = figures_of(record)
    assert (first.arm, first.strict, first.difference) == ("augmented", (1, 2), None)
    assert first.rate.mean == pytest.approx(37.5)
    assert (second.arm, second.strict) == ("cleaned", (3, 3))
    assert second.rate.mean == pytest.approx(75)
    # The differences of the cases are 0, 1/2, 1 and 0.
    assert second.difference.mean == pytest.approx(37.5)
    error = 100 * sqrt((0.375**2 * 2 + 0.125**2 + 0.625**2) / 3 / 4)
    low, high = second.difference.interval
    assert (high - low) / 2 == pytest.approx(stats.norm.ppf(0.975) * error)


def test_an_interval_is_the_mean_and_its_standard_error_over_cases():
    values = [0.0, 1.0, 1.0, 0.5, 0.25]
    estimate = mean_difference(values)
    low, high = stats.norm.interval(0.95, 100 * sum(values) / 5, 100 * stats.sem(values))
    assert estimate.mean == pytest.approx(55)
    assert estimate.interval == pytest.approx((low, high))


def test_the_interval_of_a_rate_is_that_of_cases_asked_several_times(record):
    shares = list(shares_of(record, record.chosen("augmented", "quantized")).values())
    assert figures_of(record)[0].rate.interval == clustered_bounds(shares)


def test_one_case_has_no_interval():
    with pytest.raises(ValueError, match="an interval needs two cases at least"):
        mean_difference([1.0])


def test_habits_are_counted_by_seed(record):
    first, second = figures_of(record)
    assert (first.preambles, first.announcements) == ((3, 2), (1, 1))
    assert (second.preambles, second.announcements) == ((0, 0), (0, 0))
    assert figures_of(record, "fused")[0].announcements == (0, 0)


def test_what_quantizing_costs_is_paired_by_case_over_arms_and_seeds(record):
    # Of four models each case passed, fused: 4, 4, 2, 1; quantized: 4, 3, 2, 0.
    assert quantization_cost(record).mean == pytest.approx(100 * (0 - 1 + 0 - 1) / 4 / 4)
    assert quantization_cost(record, "augmented").mean == pytest.approx(-12.5)


def test_categories_come_in_the_order_of_the_suite(record):
    assert categories_of(record) == [
        ("single_tool", 2, (75.0, 100.0)),
        ("cross_tool", 2, (0.0, 50.0)),
    ]
