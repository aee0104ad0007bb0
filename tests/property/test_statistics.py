"""The statistics agree with scipy and statsmodels on whatever table there is."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from evals.decide.statistics import (
    PairedTable,
    mcnemar_exact,
    mcnemar_worse,
    paired_interval,
    wilson_bounds,
)

counts = st.integers(0, 300)
tables = st.builds(PairedTable, counts, counts, counts, counts)
exactly = {"abs": 1e-9, "rel": 1e-9}


@given(counts, counts, st.floats(0.5, 0.999))
def test_wilson_is_that_of_statsmodels(successes, failures, confidence):
    assume(successes + failures)
    trials = successes + failures
    expected = proportion_confint(successes, trials, alpha=1 - confidence, method="wilson")
    assert wilson_bounds(successes, trials, confidence) == pytest.approx(
        [100 * end for end in expected], **exactly
    )


@given(tables)
@example(PairedTable(0, 0, 0, 0))
def test_mcnemar_is_that_of_statsmodels(table):
    square = [[table.both, table.broken], [table.fixed, table.neither]]
    expected = mcnemar(square, exact=True).pvalue if table.fixed + table.broken else 1.0
    assert mcnemar_exact(table.fixed, table.broken) == pytest.approx(expected, **exactly)


@given(counts, counts)
def test_being_worse_is_the_one_sided_binomial_test_of_scipy(fixed, broken):
    assume(fixed + broken)
    expected = binomtest(broken, fixed + broken, 0.5, alternative="greater").pvalue
    assert mcnemar_worse(fixed, broken) == pytest.approx(expected, **exactly)


@given(tables)
@example(PairedTable(5, 0, 0, 0))
def test_the_paired_interval_is_newcombes_of_their_parts(table):
    """Square-and-add of statsmodels' Wilson intervals, with the correlation that numpy finds."""
    assume(table.cases)
    before = np.repeat([1, 0, 1, 0], table)
    after = np.repeat([1, 1, 0, 0], table)
    n = table.cases
    (low_before, high_before), (low_after, high_after) = (
        proportion_confint(int(side.sum()), n, method="wilson") for side in (before, after)
    )
    correlation = 0.0
    if 0 < before.sum() < n and 0 < after.sum() < n:
        correlation = float(np.corrcoef(before, after)[0, 1])
        if correlation > 0:
            # Half a case less in the numerator, as a covariance.
            deviations = before.std() * after.std()
            correlation = max(correlation - 1 / (2 * n * deviations), 0)
    p, q = float(before.mean()), float(after.mean())

    def side(one, other):
        return sqrt(max(one**2 - 2 * correlation * one * other + other**2, 0))

    expected = (
        100 * (q - p - side(q - low_after, high_before - p)),
        100 * (q - p + side(high_after - q, p - low_before)),
    )
    assert paired_interval(table) == pytest.approx(expected, **exactly)


@given(tables)
def test_exchanging_the_runs_turns_the_interval_round(table):
    assume(table.cases)
    there = paired_interval(table)
    back = paired_interval(PairedTable(table.both, table.broken, table.fixed, table.neither))
    assert (-back.high, -back.low) == pytest.approx(there, abs=1e-9)


@given(tables)
def test_the_interval_holds_the_difference(table):
    assume(table.cases)
    low, high = paired_interval(table)
    difference = 100 * (table.fixed - table.broken) / table.cases
    assert -100 - 1e-9 <= low <= difference <= high <= 100 + 1e-9
