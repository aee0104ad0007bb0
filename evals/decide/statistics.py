"""Rates and their uncertainty."""

from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """A confidence interval, both ends in percent."""

    low: float
    high: float


def percent(part: int, whole: int) -> float:
    """Return part of whole in percent, one decimal; raises ZeroDivisionError for no cases."""
    return round(100 * part / whole, 1)


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the Wilson score interval of a rate, in percent, one decimal.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927) 209-212. Raises ValueError without trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials is no rate")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = successes / trials
    scale = 1 + z * z / trials
    middle = rate + z * z / (2 * trials)
    spread = z * (rate * (1 - rate) / trials + z * z / (4 * trials * trials)) ** 0.5
    low = max(0.0, (middle - spread) / scale)
    high = min(1.0, (middle + spread) / scale)
    return Interval(round(100 * low, 1), round(100 * high, 1))
