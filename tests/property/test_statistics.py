"""The statistics agree with scipy, statsmodels, and counting, on whatever there is."""

from fractions import Fraction
from itertools import combinations
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test
from statsmodels.api import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from evals.decide.paired import differences, paired_interval, sign_flip, sign_flip_worse
from evals.decide.repeats import (
    Share,
    all_pass,
    any_pass,
    clustered_bounds,
    effective_size,
    total,
)
from evals.decide.statistics import wilson_bounds

counts = st.integers(0, 300)
tables = st.tuples(counts, counts, counts, counts)
exactly = {"abs": 1e-9, "rel": 1e-9}
YES, NO = Share(1, 1), Share(0, 1)


@st.composite
def repeated(draw, runs=1, most=8):
    """Cases that were asked equally often, in one run or in two."""
    asked = [draw(st.integers(1, most)) for _ in range(runs)]
    shares = st.tuples(*(st.builds(Share, st.integers(0, n), st.just(n)) for n in asked))
    cases = draw(st.lists(shares, min_size=1, max_size=30))
    return [case[0] for case in cases] if runs == 1 else cases


def pairs(table):
    both, fixed, broken, neither = table
    return [(YES, YES)] * both + [(NO, YES)] * fixed + [(YES, NO)] * broken + [(NO, NO)] * neither


@given(counts, counts, st.floats(0.5, 0.999))
def test_wilson_is_that_of_statsmodels(successes, failures, confidence):
    assume(successes + failures)
    trials = successes + failures
    expected = proportion_confint(successes, trials, alpha=1 - confidence, method="wilson")
    assert wilson_bounds(successes, trials, confidence) == pytest.approx(
        [100 * end for end in expected], **exactly
    )


@given(tables)
@example((0, 0, 0, 0))
def test_the_sign_flip_test_of_cases_asked_once_is_mcnemars_of_statsmodels(table):
    both, fixed, broken, neither = table
    square = [[both, broken], [fixed, neither]]
    expected = mcnemar(square, exact=True).pvalue if fixed + broken else 1.0
    assert sign_flip(differences(pairs(table))) == pytest.approx(expected, **exactly)


@given(counts, counts)
def test_being_worse_is_the_one_sided_binomial_test_of_scipy(fixed, broken):
    assume(fixed + broken)
    expected = binomtest(broken, fixed + broken, 0.5, alternative="greater").pvalue
    assert sign_flip_worse([1] * fixed + [-1] * broken) == pytest.approx(expected, **exactly)


@given(st.lists(st.integers(-7, 7), min_size=2, max_size=9))
def test_the_sign_flip_test_is_that_of_scipy(changes):
    assume(any(changes))

    def statistic(x, y, axis):
        return np.sum(x - y, axis=axis)

    def p(alternative):
        samples = (np.array(changes), np.zeros(len(changes), int))
        # More resamples than there are sign patterns means that every pattern is counted.
        return permutation_test(
            samples,
            statistic,
            permutation_type="samples",
            n_resamples=10_000,
            alternative=alternative,
        ).pvalue

    assert sign_flip(changes) == pytest.approx(min(1.0, p("two-sided")), **exactly)
    assert sign_flip_worse(changes) == pytest.approx(p("less"), **exactly)


@given(tables)
@example((5, 0, 0, 0))
def test_the_paired_interval_is_newcombes_of_their_parts(table):
    """Square-and-add of statsmodels' Wilson intervals, with the correlation that numpy finds."""
    n = sum(table)
    assume(n)
    before = np.repeat([1, 0, 1, 0], table)
    after = np.repeat([1, 1, 0, 0], table)
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
    assert paired_interval(pairs(table)) == pytest.approx(expected, **exactly)


@given(repeated(runs=2))
def test_exchanging_the_runs_turns_everything_round(cases):
    there = paired_interval(cases)
    turned = [(after, before) for before, after in cases]
    back = paired_interval(turned)
    assert (-back.high, -back.low) == pytest.approx(there, abs=1e-9)
    assert sign_flip(differences(turned)) == sign_flip(differences(cases))


@given(repeated(runs=2))
def test_the_interval_holds_the_difference(cases):
    low, high = paired_interval(cases)
    before, after = (total([case[side] for case in cases]).rate for side in (0, 1))
    assert -100 - 1e-9 <= low <= 100 * (after - before) + 1e-9
    assert 100 * (after - before) - 1e-9 <= high <= 100 + 1e-9


@given(st.lists(st.booleans(), min_size=1, max_size=7), st.data())
def test_k_of_n_is_the_share_of_all_choices_of_k(outcomes, data):
    k = data.draw(st.integers(1, len(outcomes)))
    share = Share(sum(outcomes), len(outcomes))
    chosen = list(combinations(outcomes, k))
    assert all_pass(share, k) == pytest.approx(sum(map(all, chosen)) / len(chosen), **exactly)
    assert any_pass(share, k) == pytest.approx(sum(map(any, chosen)) / len(chosen), **exactly)


@given(st.integers(1, 12), st.fractions(0, 1, max_denominator=50), st.data())
def test_the_estimators_have_no_bias(asked, p, data):
    """Over all outcomes of n askings, weighted by their probability, they are p^k and 1-(1-p)^k."""
    k = data.draw(st.integers(1, asked))
    weights = [
        comb(asked, passed) * p**passed * (1 - p) ** (asked - passed) for passed in range(asked + 1)
    ]

    def mean(estimate):
        return sum(
            float(weight) * estimate(Share(passed, asked), k)
            for passed, weight in enumerate(weights)
        )

    assert mean(all_pass) == pytest.approx(float(p**k), **exactly)
    assert mean(any_pass) == pytest.approx(float(1 - (1 - Fraction(p)) ** k), **exactly)


@given(repeated())
def test_the_effective_size_is_of_the_clustered_variance_of_statsmodels(shares):
    """Without its correction for few clusters, which Miller's formula does not have."""
    answers = np.concatenate(
        [np.repeat([1.0, 0.0], [s.passed, s.asked - s.passed]) for s in shares]
    )
    p = answers.mean()
    assume(0 < p < 1)
    case = np.repeat(np.arange(len(shares)), [share.asked for share in shares])
    fitted = OLS(answers, np.ones(len(answers))).fit(
        cov_type="cluster", cov_kwds={"groups": case, "use_correction": False}
    )
    variance = fitted.bse[0] ** 2
    expected = min(p * (1 - p) / variance, len(answers)) if variance > 1e-20 else len(answers)
    assert effective_size(shares) == pytest.approx(expected, rel=1e-6)


@given(repeated())
def test_the_clustered_interval_is_no_narrower_than_that_of_independent_answers(shares):
    passed, asked = total(shares)
    low, high = clustered_bounds(shares)
    independent = wilson_bounds(passed, asked)
    assert low <= independent.low + 1e-9
    assert high >= independent.high - 1e-9
    assert 0 <= low <= 100 * passed / asked + 1e-9
