"""Two runs compared case by case: what was fixed, what was broken, and how sure one can be."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from fixtures import MARKERS

from .compared import CaseChange, CaseOutcome, CaseSide, Comparison, RateChange, SideRate
from .paired import Pair, differences, paired_interval, sign_flip, sign_flip_worse
from .records import CaseRecord
from .repeats import Share, effective_bounds, effective_size, total
from .sides import CASES, PAIRING, Side, SummaryRate
from .statistics import SIGNIFICANT, percent

# The seed's words for a comparison, by the strict rate of the second run in percent.
SUCCESS, PARTIAL = 75, 65
# A change of a rate is called one from so many percentage points on.
NOTABLE_POINTS = 20


def _direction(points: float) -> Literal["up", "flat", "down"]:
    if abs(points) < NOTABLE_POINTS:
        return "flat"
    return "up" if points > 0 else "down"


def side_rate(rate: SummaryRate) -> SideRate:
    """Return a rate with its interval where the counts are known."""
    if rate.strict is None or not rate.cases:
        return SideRate(strict_pct=rate.strict_pct)
    answers = rate.answers or rate.cases
    interval = effective_bounds(Share(rate.strict, answers), rate.effective or answers)
    return SideRate(
        strict_pct=percent(rate.strict, answers),
        strict=rate.strict,
        cases=rate.cases,
        answers=answers,
        low_pct=round(interval.low, 1),
        high_pct=round(interval.high, 1),
    )


def _side_of(shares: Sequence[Share]) -> SideRate:
    passed, answers = total(shares)
    return side_rate(SummaryRate(0, passed, len(shares), answers, effective_size(shares)))


def change_of_pairs(name: str, pairs: Sequence[Pair]) -> RateChange:
    """Compare a rate over cases that both runs judged; raises ValueError for none."""
    interval = paired_interval(pairs)
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    changes = differences(pairs)
    # Exactly, so that 4 of 20 are 20 points.
    points = float(100 * (Fraction(*total(after)) - Fraction(*total(before))))
    return RateChange(
        name=name,
        before=_side_of(before),
        after=_side_of(after),
        difference=round(points, 1),
        direction=_direction(points),
        low=round(interval.low, 1),
        high=round(interval.high, 1),
        p=sign_flip(changes),
        p_worse=sign_flip_worse(changes),
        fixed=sum(change > 0 for change in changes),
        broken=sum(change < 0 for change in changes),
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


def _case_side(record: CaseRecord) -> CaseSide:
    missed = (answer.repeat for answer in record.answers if not answer.strict)
    return CaseSide(
        deciding=record.deciding,
        executed=record.executed,
        passed=record.share.passed,
        answers=record.share.asked,
        repeat=next(missed, 1),
    )


def _case_change(before: CaseRecord, after: CaseRecord) -> CaseChange:
    # Crosswise, because rates as floats that are equal may differ in the last bit.
    was = before.share.passed * after.share.asked
    now = after.share.passed * before.share.asked
    same: CaseOutcome = "still passing" if after.strict else "still failing"
    return CaseChange(
        id=after.id,
        category=after.category,
        groups=after.groups,
        outcome="fixed" if now > was else "broken" if now < was else same,
        before=_case_side(before),
        after=_case_side(after),
    )


def _p_text(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def honest_sentence(change: RateChange) -> str:
    """Say in one sentence what changed and whether the cases suffice to believe it."""
    if change.p is None or change.fixed is None or change.broken is None:
        return (
            f"{change.difference:+z.1f} points: whether that is more than chance cannot be told, "
            f"because {PAIRING}"
        )
    counts = f"{change.fixed} fixed, {change.broken} broken"
    if change.repeated:
        counts = f"{change.fixed} cases passed more often, {change.broken} less often"
    if change.fixed == change.broken == 0:
        return f"{counts}: every case ended as before"
    if change.p >= SIGNIFICANT:
        return f"{counts}, {_p_text(change.p)}: not enough cases to be sure"
    word = "better" if change.difference > 0 else "worse"
    return f"{counts}, {_p_text(change.p)}: {word}, and chance alone would seldom do this"


def conclude(
    after: SideRate, of: int | None
) -> Literal["success", "partial", "insufficient"] | None:
    """Return the seed's word for the second run's rate; None when it is not of the whole suite."""
    if of is not None and after.cases != of:
        return None
    share = after.strict_pct
    if after.strict is not None and after.answers:
        # Not the rounded percentage: 74.96 is no success.
        share = 100 * after.strict / after.answers
    return "success" if share >= SUCCESS else "partial" if share >= PARTIAL else "insufficient"


class _Cases(NamedTuple):
    """What a comparison case by case gives."""

    overall: RateChange
    executed: RateChange | None
    rates: dict[str, RateChange]
    changes: tuple[CaseChange, ...]


def _compare_cases(
    before: Mapping[str, CaseRecord], after: Mapping[str, CaseRecord], ids: Sequence[str]
) -> _Cases:
    changes = tuple(_case_change(before[name], after[name]) for name in ids)
    pairs = {name: (before[name].share, after[name].share) for name in ids}
    runs = [(before[name].executed_share, after[name].executed_share) for name in ids]
    run_in_both = [(one, other) for one, other in runs if one.asked and other.asked]
    rates = {}
    # The suite's own order first; runs of another suite have other names.
    found = [name for case in changes for name in (case.category, *case.groups)]
    for name in dict.fromkeys([*MARKERS, *found]):
        inside = [pairs[case.id] for case in changes if name in (case.category, *case.groups)]
        if inside:
            rates[name] = change_of_pairs(name, inside)
    return _Cases(
        change_of_pairs("overall", list(pairs.values())),
        change_of_pairs("executed", run_in_both) if run_in_both else None,
        rates,
        changes,
    )


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
    executed: RateChange | None = None
    of: int | None
    if ids is None or before.records is None or after.records is None:
        overall, rates = _compare_summaries(before, after)
        notes, of = (*notes, *CASES), after.rates["overall"].cases
    else:
        overall, executed, rates, changes = _compare_cases(before.records, after.records, ids)
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
        executed=executed,
        categories=tuple(rate for name, rate in rates.items() if name in categories),
        groups=tuple(rate for name, rate in rates.items() if name not in categories),
        cases=changes,
        conclusion=conclusion,
        sentence=honest_sentence(overall),
        notes=tuple(notes),
    )
