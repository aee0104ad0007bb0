"""What a policy demands beside targets: pinned cases, and no category worse than the baseline."""

from collections.abc import Sequence
from typing import NamedTuple

from .compared import Comparison
from .policies import Policy
from .records import CaseRecord
from .results import Results
from .statistics import SIGNIFICANT


class Demand(NamedTuple):
    """A demand and its outcome: `met` is None when it could not be judged."""

    met: bool | None
    sentence: str


def pinned_demand(pinned: Sequence[str], cases: Sequence[CaseRecord]) -> Demand:
    """Demand that these cases pass strictly."""
    strict = {case.id: case.strict for case in cases}
    if absent := [name for name in pinned if name not in strict]:
        return Demand(None, f"pinned cases that were not asked: {', '.join(absent)}")
    if missed := [name for name in pinned if not strict[name]]:
        return Demand(False, f"pinned cases missed: {', '.join(missed)}")
    return Demand(True, f"all {len(pinned)} pinned cases passed")


def not_worse_demand(comparison: Comparison | None) -> Demand:
    """Demand that no category, nor the whole, is significantly worse than in the baseline.

    Worse is a one-sided exact McNemar test at 0.05 (with repeats, the sign-flip test that it is one
    case of), not corrected for the number of categories: a guard should rather ask once too often.
    In a category of five, only five of five broken show.
    """
    if comparison is None:
        return Demand(None, "no baseline to compare with: give --baseline RUN")
    worse = []
    for change in (comparison.overall, *comparison.categories):
        p = change.p_worse
        if p is None:
            return Demand(None, f"{comparison.before.name} does not say which cases passed")
        if p <= SIGNIFICANT:
            counts = f"{change.broken} broken, {change.fixed} fixed, p = {p:.2g}"
            worse.append(f"{change.name} is worse than in {comparison.before.name} ({counts})")
    if worse:
        return Demand(False, "; ".join(worse))
    return Demand(True, f"no category is significantly worse than in {comparison.before.name}")


def demands_of(
    policy: Policy, results: Results, comparison: Comparison | None
) -> tuple[Demand, ...]:
    """Judge what a policy demands beside its targets."""
    demands = []
    if policy.pinned:
        demands.append(pinned_demand(policy.pinned, results.cases))
    if policy.not_worse:
        demands.append(not_worse_demand(comparison))
    return tuple(demands)
