"""The figures of an experiment: rates, paired differences and habits, with their uncertainty."""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import NormalDist, fmean
from typing import NamedTuple

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


def clustered(values: Sequence[float]) -> Estimate:
    """Return the mean of one value a case, as parts of one, in percent with a 95 % interval.

    Each value is a mean over seeds, so that the answers to one case, which resemble each other,
    are a cluster. The interval is the mean and 1.96 cluster-robust standard errors: E. Miller,
    Adding Error Bars to Evals (arXiv 2411.00640, 2024), also for paired differences. Raises
    ValueError for fewer than two values.
    """
    if len(values) < 2:
        raise ValueError("an interval needs two cases at least")
    mean = fmean(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    error = sqrt(variance / len(values)) * NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    return Estimate(100 * mean, Interval(100 * (mean - error), 100 * (mean + error)))


def case_rates(record: ExperimentRecord, runs: Sequence[RunRecord]) -> dict[str, float]:
    """Return for each case in how many of the runs it passed, as a part of one."""
    return {
        case.id: sum(case.id not in run.missed for run in runs) / len(runs) for case in record.cases
    }


def _difference(before: Mapping[str, float], after: Mapping[str, float]) -> Estimate:
    return clustered([after[case] - before[case] for case in before])


def _within(estimate: Estimate) -> Estimate:
    low, high = estimate.interval
    return Estimate(estimate.mean, Interval(max(low, 0.0), min(high, 100.0)))


def figures_of(record: ExperimentRecord, model: ModelKind = QUANTIZED) -> list[ArmFigures]:
    """Return the figures of every arm, those of one kind of model."""
    rates = [case_rates(record, record.chosen(arm.name, model)) for arm in record.arms]
    figures = []
    for number, arm in enumerate(record.arms):
        runs = record.chosen(arm.name, model)
        figures.append(
            ArmFigures(
                arm=arm.name,
                strict=tuple(len(record.cases) - len(run.missed) for run in runs),
                rate=_within(clustered(list(rates[number].values()))),
                difference=_difference(rates[0], rates[number]) if number else None,
                announcements=tuple(len(run.announcements) for run in runs),
                preambles=tuple(len(run.preambles) for run in runs),
            )
        )
    return figures


def quantization_cost(record: ExperimentRecord, arm: str | None = None) -> Estimate:
    """Return 5-bit less fused, over all arms and seeds, or those of one arm."""
    fused = case_rates(record, record.chosen(arm, FUSED))
    return _difference(fused, case_rates(record, record.chosen(arm, QUANTIZED)))


def categories_of(record: ExperimentRecord, model: ModelKind = QUANTIZED) -> list[CategoryFigures]:
    """Return the mean strict rate of each category by arm, in the order of the suite."""
    rates = [case_rates(record, record.chosen(arm.name, model)) for arm in record.arms]
    names = list(dict.fromkeys(case.category for case in record.cases))
    found = []
    for name in names:
        inside = [case.id for case in record.cases if case.category == name]
        means = tuple(100 * fmean(by_case[case] for case in inside) for by_case in rates)
        found.append(CategoryFigures(name, len(inside), means))
    return found
