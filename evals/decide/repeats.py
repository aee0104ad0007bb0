"""Rates of cases that may be asked several times: k of them passing, and the uncertainty.

The answers to one case resemble each other, so they are a cluster and not independent trials. What
is said here of cases that are asked once each is the same as the plain formulas say.
"""

from collections.abc import Sequence
from math import comb
from typing import NamedTuple

from .statistics import CONFIDENCE, Interval, wilson_bounds


class Share(NamedTuple):
    """How many of the askings of one case passed."""

    passed: int
    asked: int

    @property
    def rate(self) -> float:
        """The share that passed."""
        return self.passed / self.asked


def all_pass(share: Share, k: int) -> float:
    """Return pass^k: the unbiased estimate of the probability that k askings all pass.

    comb(c, k) / comb(n, k) of n askings of which c passed. Source: S. Yao et al., tau-bench
    (arXiv 2406.12045, 2024). Raises ValueError for k over n.
    """
    _check(share, k)
    return comb(share.passed, k) / comb(share.asked, k)


def any_pass(share: Share, k: int) -> float:
    """Return pass@k: the unbiased estimate of the probability that one of k askings passes.

    1 - comb(n - c, k) / comb(n, k) of n askings of which c passed. Source: M. Chen et al.,
    Evaluating Large Language Models Trained on Code (arXiv 2107.03374, 2021). Raises ValueError
    for k over n.
    """
    _check(share, k)
    every = comb(share.asked, k)
    return (every - comb(share.asked - share.passed, k)) / every


def _check(share: Share, k: int) -> None:
    if not 1 <= k <= share.asked:
        raise ValueError(f"k = {k} of {share.asked} askings cannot be told")


def shown_k(repeats: int) -> tuple[int, ...]:
    """Return the numbers k for which pass^k and pass@k are told: 1, 2, 4, ... and `repeats`."""
    powers = [1 << place for place in range(repeats.bit_length())]
    return tuple(dict.fromkeys([*powers, repeats]))


def effective_size(shares: Sequence[Share]) -> float:
    """Return how many independent answers would tell the mean rate as well as these answers do.

    p (1 - p) over the cluster-robust variance of the mean, one cluster a case; at most the number
    of answers, and the number of cases where all answers, or none, passed and the variance cannot
    be seen. Source of the variance: E. Miller, Adding Error Bars to Evals (arXiv 2411.00640, 2024),
    clustered standard errors; of the effective size: L. Kish, Survey Sampling (1965).
    """
    asked = sum(share.asked for share in shares)
    passed = sum(share.passed for share in shares)
    if passed in (0, asked):
        return sum(share.asked > 0 for share in shares)
    # In whole numbers, scaled by the square of `asked`, so that nothing is lost to rounding.
    squares = sum((asked * share.passed - passed * share.asked) ** 2 for share in shares)
    binomial = passed * (asked - passed) * asked**2
    return asked if binomial >= asked * squares else binomial / squares


def clustered_bounds(shares: Sequence[Share], confidence: float = CONFIDENCE) -> Interval:
    """Return an interval of the mean rate, in percent, not rounded: Wilson's, of effective size.

    An effective size in place of the number of trials: E. L. Korn and B. I. Graubard, Confidence
    intervals for proportions with small expected number of positive counts estimated from survey
    data, Survey Methodology 24 (1998) 193-201. Of cases asked once each it is Wilson's interval
    itself. Raises ValueError without answers.
    """
    return effective_bounds(total(shares), effective_size(shares), confidence)


def effective_bounds(share: Share, effective: float, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's interval of a rate as if `effective` independent answers had shown it.

    In percent, not rounded; raises ValueError without answers.
    """
    # Multiplied first, so that whole numbers stay whole.
    successes = effective * share.passed / share.asked if share.asked else 0
    return wilson_bounds(successes, effective, confidence)


def total(shares: Sequence[Share]) -> Share:
    """Return all askings of the cases together."""
    return Share(sum(share.passed for share in shares), sum(share.asked for share in shares))
