"""Two runs compared case by case: what was fixed, what was broken, and how sure one can be."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from fixtures import MARKERS

from .results import CaseRecord, Deciding
from .sides import CASES, PAIRING, Side, SideLabel, SummaryRate
from .statistics import (
    SIGNIFICANT,
    PairedTable,
    mcnemar_exact,
    paired_interval,
    percent,
    wilson_interval,
)

COMPARISON_SCHEMA: Literal[1] = 1

# The seed's words for a comparison, by the strict rate of the second run in percent.
SUCCESS, PARTIAL = 75, 65
# A change of a rate is called one from so many percentage points on.
NOTABLE_POINTS = 20

CaseOutcome = Literal["fixed", "broken", "still failing", "still passing"]
OUTCOMES: tuple[CaseOutcome, ...] = ("fixed", "broken", "still failing", "still passing")


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SideRate(_Record):
    """The strict rate of one run; counts and the 95 % Wilson interval where they are known."""

    strict_pct: float
    strict: int | None = None
    cases: int | None = None
    low_pct: float | None = None
    high_pct: float | None = None


class RateChange(_Record):
    """A rate before and after; the difference and its interval are percentage points."""

    name: str
    before: SideRate
    after: SideRate
    difference: float
    direction: Literal["up", "flat", "down"]
    low: float | None = None
    high: float | None = None
    p: float | None = None
    fixed: int | None = None
    broken: int | None = None


class CaseChange(_Record):
    """One case in both runs, with the failure that decided in each."""

    id: str
    category: str
    groups: tuple[str, ...]
    outcome: CaseOutcome
    before: Deciding | None
    after: Deciding | None


class Comparison(_Record):
    """A comparison as it is written to a JSON file."""

    schema_version: Literal[1] = COMPARISON_SCHEMA
    before: SideLabel
    after: SideLabel
    common: bool
    overall: RateChange
    categories: tuple[RateChange, ...]
    groups: tuple[RateChange, ...]
    cases: tuple[CaseChange, ...]
    conclusion: Literal["success", "partial", "insufficient"] | None
    sentence: str
    notes: tuple[str, ...]

    def named(self, outcome: CaseOutcome) -> tuple[CaseChange, ...]:
        """Return the cases that changed, or stayed, in this way."""
        return tuple(case for case in self.cases if case.outcome == outcome)


def paired_table(pairs: Sequence[tuple[bool, bool]]) -> PairedTable:
    """Count pairs of strict outcomes, before and after."""
    return PairedTable(
        both=pairs.count((True, True)),
        fixed=pairs.count((False, True)),
        broken=pairs.count((True, False)),
        neither=pairs.count((False, False)),
    )


def _direction(points: float) -> Literal["up", "flat", "down"]:
    if abs(points) < NOTABLE_POINTS:
        return "flat"
    return "up" if points > 0 else "down"


def side_rate(rate: SummaryRate) -> SideRate:
    """Return a rate with its interval where the counts are known."""
    if rate.strict is None or not rate.cases:
        return SideRate(strict_pct=rate.strict_pct)
    interval = wilson_interval(rate.strict, rate.cases)
    return SideRate(
        strict_pct=percent(rate.strict, rate.cases),
        strict=rate.strict,
        cases=rate.cases,
        low_pct=interval.low,
        high_pct=interval.high,
    )


def change_of_pairs(name: str, pairs: Sequence[tuple[bool, bool]]) -> RateChange:
    """Compare a rate over cases that both runs judged; raises ValueError for none."""
    table = paired_table(pairs)
    interval = paired_interval(table)
    counts = (table.both + table.broken, table.both + table.fixed)
    before, after = (
        side_rate(SummaryRate(strict_pct=0, strict=passed, cases=table.cases)) for passed in counts
    )
    points = 100 * (table.fixed - table.broken) / table.cases
    return RateChange(
        name=name,
        before=before,
        after=after,
        difference=round(points, 1),
        direction=_direction(points),
        low=round(interval.low, 1),
        high=round(interval.high, 1),
        p=mcnemar_exact(table.fixed, table.broken),
        fixed=table.fixed,
        broken=table.broken,
    )


def change_of_rates(name: str, before: SummaryRate, after: SummaryRate) -> RateChange:
    """Compare two rates of which no more is known than the percentages and perhaps the counts."""
    points = after.strict_pct - before.strict_pct
    return RateChange(
        name=name,
        before=side_rate(before),
        after=side_rate(after),
        difference=round(points, 1),
        direction=_direction(points),
    )


def _case_change(before: CaseRecord, after: CaseRecord) -> CaseChange:
    outcomes: dict[tuple[bool, bool], CaseOutcome] = {
        (False, True): "fixed",
        (True, False): "broken",
        (False, False): "still failing",
        (True, True): "still passing",
    }
    return CaseChange(
        id=after.id,
        category=after.category,
        groups=after.groups,
        outcome=outcomes[before.strict, after.strict],
        before=before.deciding,
        after=after.deciding,
    )


def _p_text(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def honest_sentence(change: RateChange) -> str:
    """Say in one sentence what changed and whether the cases suffice to believe it."""
    if change.p is None or change.fixed is None or change.broken is None:
        return (
            f"{change.difference:+.1f} points: whether that is more than chance cannot be told, "
            f"because {PAIRING}"
        )
    counts = f"{change.fixed} fixed, {change.broken} broken"
    if change.fixed == change.broken == 0:
        return f"{counts}: every case ended as before"
    if change.p >= SIGNIFICANT:
        return f"{counts}, {_p_text(change.p)}: not enough cases to be sure"
    word = "better" if change.fixed > change.broken else "worse"
    return f"{counts}, {_p_text(change.p)}: {word}, and chance alone would seldom do this"


def conclude(
    after: SideRate, of: int | None
) -> Literal["success", "partial", "insufficient"] | None:
    """Return the seed's word for the second run's rate; None when it is not of the whole suite."""
    if of is not None and after.cases != of:
        return None
    share = after.strict_pct
    if after.strict is not None and after.cases:
        # Not the rounded percentage: 74.96 is no success.
        share = 100 * after.strict / after.cases
    return "success" if share >= SUCCESS else "partial" if share >= PARTIAL else "insufficient"


def _compare_cases(
    before: Mapping[str, CaseRecord], after: Mapping[str, CaseRecord], ids: Sequence[str]
) -> tuple[RateChange, dict[str, RateChange], tuple[CaseChange, ...]]:
    changes = tuple(_case_change(before[name], after[name]) for name in ids)

    def pairs(wanted: Sequence[CaseChange]) -> list[tuple[bool, bool]]:
        return [(before[case.id].strict, after[case.id].strict) for case in wanted]

    rates = {}
    # The suite's own order first; runs of another suite have other names.
    found = [name for case in changes for name in (case.category, *case.groups)]
    for name in dict.fromkeys([*MARKERS, *found]):
        if inside := [case for case in changes if name in (case.category, *case.groups)]:
            rates[name] = change_of_pairs(name, pairs(inside))
    return change_of_pairs("overall", pairs(changes)), rates, changes


def _compare_summaries(before: Side, after: Side) -> tuple[RateChange, dict[str, RateChange]]:
    shared = [name for name in after.rates if name in before.rates and name != "overall"]
    overall = change_of_rates("overall", before.rates["overall"], after.rates["overall"])
    return overall, {
        name: change_of_rates(name, before.rates[name], after.rates[name]) for name in shared
    }


def compare(
    before: Side,
    after: Side,
    ids: Sequence[str] | None,
    *,
    common: bool = False,
    notes: Sequence[str] = (),
) -> Comparison:
    """Compare two runs over the cases `ids`, or by their summaries alone where `ids` is None.

    Raises ValueError for no case; see sides.shared_cases for which cases may be compared.
    """
    changes: tuple[CaseChange, ...] = ()
    of: int | None
    if ids is None or before.records is None or after.records is None:
        overall, rates = _compare_summaries(before, after)
        notes, of = (*notes, *CASES), after.rates["overall"].cases
    else:
        overall, rates, changes = _compare_cases(before.records, after.records, ids)
        of = after.suite_cases
    conclusion = conclude(overall.after, of)
    if conclusion is None:
        notes = (
            *notes,
            f"success, partial or insufficient is said of a whole suite; compared were "
            f"{overall.after.cases} of {of} cases",
        )
    categories = {case.category for case in changes} or set(rates)
    return Comparison(
        before=before.label,
        after=after.label,
        common=common,
        overall=overall,
        categories=tuple(rate for name, rate in rates.items() if name in categories),
        groups=tuple(rate for name, rate in rates.items() if name not in categories),
        cases=changes,
        conclusion=conclusion,
        sentence=honest_sentence(overall),
        notes=tuple(notes),
    )
