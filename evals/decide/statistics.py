"""Rates and their uncertainty."""

from functools import cache
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
SIGNIFICANT = 0.05


class Interval(NamedTuple):
    """A confidence interval, both ends in percent (of a difference: in percentage points)."""

    low: float
    high: float


def percent(part: int, whole: int) -> float:
    """Return part of whole in percent, one decimal; raises ZeroDivisionError for no cases."""
    return round(100 * part / whole, 1)


@cache
def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson_bounds(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """Return the Wilson score interval of a rate, in percent, not rounded.

    The numbers need not be whole: an effective number of trials is none. Source: E. B. Wilson,
    Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212.
    Raises ValueError without trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes:g} successes of {trials:g} trials is no rate")
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
