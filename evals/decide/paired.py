"""Two runs over the same cases: the difference of their rates, and its uncertainty.

A case is a pair of shares, before and after. Where each case was asked once, the p is that of
McNemar's exact test and the interval that of Newcombe.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm, sqrt
from typing import NamedTuple

from .repeats import Share, clustered_bounds, total
from .statistics import CONFIDENCE, Interval

# Differences of rates are counted in such parts of one at the finest: a test of rounded ones is
# still exact, and two runs of 999 and 1000 repeats would else need a million parts.
_FINEST = 5040

Pair = tuple[Share, Share]


class _Moments(NamedTuple):
    """Standard deviations and covariance of the rates of cases, before and after."""

    before: float
    after: float
    covariance: float


def differences(pairs: Sequence[Pair]) -> list[int]:
    """Return for each case how much more often it passed after, as whole parts of one rate."""
    parts = min(lcm(*{share.asked for pair in pairs for share in pair}), _FINEST)
    return [
        round(parts * after.passed / after.asked) - round(parts * before.passed / before.asked)
        for before, after in pairs
    ]


def sign_flip(changes: Sequence[int]) -> float:
    """Return the two-sided p that nothing but chance changed: the exact sign-flip test.

    The share of all ways to exchange before and after, case by case, whose sum is as far from zero.
    Source: R. A. Fisher, The Design of Experiments (1935), chapter III. With changes of one only it
    is the exact McNemar test (Q. McNemar, Psychometrika 12 (1947) 153-157, with the binomial
    distribution). 1.0 when nothing changed.
    """
    return min(1.0, 2 * _upper_tail(changes, abs(sum(changes))))


def sign_flip_worse(changes: Sequence[int]) -> float:
    """Return the one-sided p of the same test against "no worse than before"."""
    return _upper_tail(changes, -sum(changes))


def _upper_tail(changes: Sequence[int], at_least: int) -> float:
    """Return the share of the sign patterns whose sum is at least this, as one division."""
    sizes = [abs(change) for change in changes if change]
    # A polynomial as one whole number: the ways to reach a sum of the positive parts, slot by slot.
    slot = len(sizes) // 8 + 1
    ways = 1
    for size in sizes:
        ways += ways << (8 * slot * size)
    first = (sum(sizes) + at_least + 1) // 2
    raw = (ways >> (8 * slot * first)).to_bytes(slot * (sum(sizes) + 1), "little")
    reached = sum(
        int.from_bytes(raw[place : place + slot], "little") for place in range(0, len(raw), slot)
    )
    return reached / (1 << len(sizes))


def paired_interval(pairs: Sequence[Pair], confidence: float = CONFIDENCE) -> Interval:
    """Return an interval for the mean rate after less that before, in percentage points.

    Square-and-add with the interval of each rate and the continuity-corrected correlation: method
    10 of R. G. Newcombe, Improved confidence intervals for the difference between binomial
    proportions based on paired data, Statistics in Medicine 17 (1998) 2635-2650. With repeats the
    same is done with the clustered intervals and the correlation of the rates of the cases, as
    G. Y. Zou and A. Donner, Construction of confidence intervals about effect measures: a general
    approach, Statistics in Medicine 27 (2008) 1693-1702, do for any two intervals. Not rounded.
    Raises ValueError for no case.
    """
    low_before, high_before = clustered_bounds([pair[0] for pair in pairs], confidence)
    low_after, high_after = clustered_bounds([pair[1] for pair in pairs], confidence)
    moments = _moments(pairs)
    before, after = (100 * total([pair[side] for pair in pairs]).rate for side in (0, 1))
    correlation = _correlation(moments, len(pairs))
    return Interval(
        after - before - _third_side(after - low_after, high_before - before, correlation),
        after - before + _third_side(high_after - after, before - low_before, correlation),
    )


def _moments(pairs: Sequence[Pair]) -> _Moments:
    # Fractions: rounding would turn cases that all agree into a deviation that is not zero.
    cases = len(pairs)
    rates = [tuple(Fraction(share.passed, share.asked) for share in pair) for pair in pairs]
    before = sum((one for one, _ in rates), Fraction()) / cases
    after = sum((other for _, other in rates), Fraction()) / cases
    steps = [(one - before, other - after) for one, other in rates]
    return _Moments(
        sqrt(sum(one * one for one, _ in steps) / cases),
        sqrt(sum(other * other for _, other in steps) / cases),
        float(sum(one * other for one, other in steps) / cases),
    )


def _correlation(moments: _Moments, cases: int) -> float:
    """Return Newcombe's phi: zero where all cases agree, pulled towards zero where positive."""
    deviations = moments.before * moments.after
    if deviations == 0:
        return 0.0
    covariance = moments.covariance
    if covariance > 0:
        # Half a case less: half a count among `cases` pairs.
        covariance = max(covariance - 1 / (2 * cases), 0.0)
    return max(-1.0, min(covariance / deviations, 1.0))


def _third_side(one: float, other: float, correlation: float) -> float:
    return sqrt(max(one * one - 2 * correlation * one * other + other * other, 0.0))
