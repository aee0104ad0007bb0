"""The figures of an experiment: rates, paired differences and habits, with their uncertainty."""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import NormalDist, fmean
from typing import NamedTuple

from ..decide.repeats import Share, clustered_bounds
from ..decide.statistics import CONFIDENCE, Interval
from .record import FUSED, QUANTIZED, ExperimentRecord, ModelKind, RunRecord


class Estimate(NamedTuple):
    """A mean and its interval: rates in percent, differences in percentage points."""

    mean: float
    interval: Interval


class ArmFigures(NamedTuple):
    """What one arm came to; `strict`, `announcements` and `preambles` by seed, in cases."""

    arm: str
    strict: tuple[int, ...]
    rate: Estimate
    difference: Estimate | None  # to the first arm
    announcements: tuple[int, ...]
    preambles: tuple[int, ...]


class CategoryFigures(NamedTuple):
    """The mean strict rate of each category in percent, by arm."""

    category: str
    cases: int
    rates: tuple[float, ...]


def mean_difference(values: Sequence[float]) -> Estimate:
    """Return the mean of one paired difference a case, in points, with a 95 % interval.

    Each value, a part of one, is a difference of means over seeds, so that the answers to one case,
    which resemble each other, are a cluster. The interval is the mean and 1.96 cluster-robust
    standard errors: E. Miller, Adding Error Bars to Evals (arXiv 2411.00640, 2024). Raises
    ValueError for fewer than two values.
    """
    if len(values) < 2:
        raise ValueError("an interval needs two cases at least")
    mean = fmean(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    error = sqrt(variance / len(values)) * NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    return Estimate(100 * mean, Interval(100 * (mean - error), 100 * (mean + error)))


def shares_of(record: ExperimentRecord, runs: Sequence[RunRecord]) -> dict[str, Share]:
    """Return for each case in how many of the runs it passed."""
    return {
        case.id: Share(sum(case.id not in run.missed for run in runs), len(runs))
        for case in record.cases
    }


def _difference(before: Mapping[str, Share], after: Mapping[str, Share]) -> Estimate:
    return mean_difference([after[case].rate - before[case].rate for case in before])


def _rate(shares: Mapping[str, Share]) -> Estimate:
    mean = 100 * fmean(share.rate for share in shares.values())
    return Estimate(mean, clustered_bounds(list(shares.values())))


def figures_of(record: ExperimentRecord, model: ModelKind = QUANTIZED) -> list[ArmFigures]:
    """Return the figures of every arm, those of one kind of model."""
    shares = [shares_of(record, record.chosen(arm.name, model)) for arm in record.arms]
    figures = []
    for number, arm in enumerate(record.arms):
        runs = record.chosen(arm.name, model)
        figures.append(
            ArmFigures(
                arm=arm.name,
                strict=tuple(len(record.cases) - len(run.missed) for run in runs),
                rate=_rate(shares[number]),
                difference=_difference(shares[0], shares[number]) if number else None,
                announcements=tuple(len(run.announcements) for run in runs),
                preambles=tuple(len(run.preambles) for run in runs),
            )
        )
    return figures


def quantization_cost(record: ExperimentRecord, arm: str | None = None) -> Estimate:
    """Return 5-bit less fused, over all arms and seeds, or those of one arm."""
    fused = shares_of(record, record.chosen(arm, FUSED))
    return _difference(fused, shares_of(record, record.chosen(arm, QUANTIZED)))


def categories_of(record: ExperimentRecord, model: ModelKind = QUANTIZED) -> list[CategoryFigures]:
    """Return the mean strict rate of each category by arm, in the order of the suite."""
    shares = [shares_of(record, record.chosen(arm.name, model)) for arm in record.arms]
    names = list(dict.fromkeys(case.category for case in record.cases))
    found = []
    for name in names:
        inside = [case.id for case in record.cases if case.category == name]
        means = tuple(100 * fmean(of[case].rate for case in inside) for of in shares)
        found.append(CategoryFigures(name, len(inside), means))
    return found
