"""Rates, differences of paired rates, and their uncertainty."""

from functools import cache
from math import comb, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
SIGNIFICANT = 0.05


class Interval(NamedTuple):
    """A confidence interval, both ends in percent (of a difference: in percentage points)."""

    low: float
    high: float


class PairedTable(NamedTuple):
    """Cases that two runs share, by whether the first and the second passed them."""

    both: int
    fixed: int
    broken: int
    neither: int

    @property
    def cases(self) -> int:
        """How many cases the two runs share."""
        return sum(self)


def percent(part: int, whole: int) -> float:
    """Return part of whole in percent, one decimal; raises ZeroDivisionError for no cases."""
    return round(100 * part / whole, 1)


@cache
def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson_bounds(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the Wilson score interval of a rate, in percent, not rounded.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927) 209-212. Raises ValueError without trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials is no rate")
    z = _quantile(confidence)
    rate = successes / trials
    scale = 1 + z * z / trials
    middle = rate + z * z / (2 * trials)
    spread = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    # Of nothing and of everything the end is exact, and rounding errors would move it.
    low = 0.0 if successes == 0 else (middle - spread) / scale
    high = 1.0 if successes == trials else (middle + spread) / scale
    return Interval(100 * low, 100 * high)


def wilson_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the Wilson score interval of a rate, in percent, one decimal; see wilson_bounds."""
    return Interval(*(round(end, 1) for end in wilson_bounds(successes, trials, confidence)))


def mcnemar_exact(fixed: int, broken: int) -> float:
    """Return the two-sided p of McNemar's exact conditional test: that nothing but chance changed.

    Source: Q. McNemar, Psychometrika 12 (1947) 153-157, with the binomial distribution in place
    of chi-square. 1.0 when no case changed.
    """
    return min(1.0, 2 * _upper_tail(max(fixed, broken), fixed + broken))


def mcnemar_worse(fixed: int, broken: int) -> float:
    """Return the one-sided p of McNemar's exact test against "broken at most as often as fixed"."""
    return _upper_tail(broken, fixed + broken)


def _upper_tail(successes: int, trials: int) -> float:
    """Return the probability of at least so many heads, exactly, as one division of integers."""
    ways = sum(comb(trials, count) for count in range(successes, trials + 1))
    return ways / (1 << trials)


def paired_interval(table: PairedTable, confidence: float = CONFIDENCE) -> Interval:
    """Return an interval for the second rate less the first, in percentage points, not rounded.

    Square-and-add with Wilson intervals and the continuity-corrected correlation: method 10 of
    R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions
    based on paired data, Statistics in Medicine 17 (1998) 2635-2650. Raises ValueError for an
    empty table.
    """
    both, fixed, broken, _ = table
    cases = table.cases
    low_before, high_before = wilson_bounds(both + broken, cases, confidence)
    low_after, high_after = wilson_bounds(both + fixed, cases, confidence)
    before, after = 100 * (both + broken) / cases, 100 * (both + fixed) / cases
    difference = 100 * (fixed - broken) / cases
    correlation = _correlation(table)
    return Interval(
        difference - _third_side(after - low_after, high_before - before, correlation),
        difference + _third_side(high_after - after, before - low_before, correlation),
    )


def _correlation(table: PairedTable) -> float:
    """Return Newcombe's phi: zero where a margin is empty, pulled towards zero where positive."""
    both, fixed, broken, neither = table
    margins = (both + broken) * (fixed + neither) * (both + fixed) * (broken + neither)
    if margins == 0:
        return 0.0
    numerator: float = both * neither - fixed * broken
    if numerator > 0:
        numerator = max(numerator - table.cases / 2, 0.0)
    return numerator / sqrt(margins)


def _third_side(one: float, other: float, correlation: float) -> float:
    return sqrt(max(one * one - 2 * correlation * one * other + other * other, 0.0))
