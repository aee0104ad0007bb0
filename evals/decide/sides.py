"""The two sides of a comparison, and whether they may be compared at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fixtures import CallgateError

from ..record import Record
from .records import CaseRecord

PAIRING = "the files do not say which cases passed"
CASES = (
    f"{PAIRING}: which were fixed or broken, an interval for the difference and p are unknown",
    "suite, prompt and judge are not recorded in both: that they are the same is taken on trust",
)


class SummaryRate(NamedTuple):
    """A strict rate in percent, with the counts where a file has them.

    With repeats there are more `answers` than `cases`, worth `effective` independent ones.
    """

    strict_pct: float
    strict: int | None = None
    cases: int | None = None
    answers: int | None = None
    effective: float | None = None


class SideLabel(Record):
    """What a run is called, and what it was: as much as its files say."""

    name: str
    created: str | None = None
    model: str | None = None
    fingerprint: str | None = None
    repeats: int = 1


@dataclass(frozen=True)
class Side:
    """One of two runs: its rates and, unless only a summary was kept, its cases.

    `rates` holds overall and the categories, `prompts` the first prompt of each case.
    `conditions` must be equal for the outcomes of a case to be comparable; that `remarks` differ
    should be known.
    """

    label: SideLabel
    rates: Mapping[str, SummaryRate]
    records: Mapping[str, CaseRecord] | None
    conditions: Mapping[str, str]
    remarks: Mapping[str, str]
    prompts: Mapping[str, str]
    suite_cases: int | None


class Shared(NamedTuple):
    """The cases to compare (None: the summaries only), and what a reader must know of them."""

    ids: tuple[str, ...] | None
    notes: tuple[str, ...]


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Name each condition that both sides record and that differs."""
    return [
        f"{name} ({before[name]} and {after[name]})"
        for name in before
        if name in after and before[name] != after[name]
    ]


def _listed(names: Sequence[str], shown: int = 5) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")


def _asked_differently(before: Side, after: Side, ids: Sequence[str]) -> list[str]:
    """Return the cases whose prompts differ, if the two runs put prompts the same way at all."""
    known = [name for name in ids if name in before.prompts and name in after.prompts]
    differing = [name for name in known if before.prompts[name] != after.prompts[name]]
    # Another chat template or system prompt changes every prompt and says nothing of one case.
    return differing if len(differing) < len(known) else []


def shared_cases(before: Side, after: Side, *, common: bool) -> Shared:
    """Return the cases that may be compared; raises CallgateError naming what differs.

    With `common`, runs that differ are compared over the cases they share.
    """
    notes = [
        f"the runs differ in {difference}"
        for difference in differences(before.remarks, after.remarks)
    ]
    if before.records is None or after.records is None:
        if "overall" not in before.rates or "overall" not in after.rates:
            raise CallgateError("nothing to compare: one of the files has no overall rate")
        return Shared(None, tuple(notes))
    differing = differences(before.conditions, after.conditions)
    ids = [name for name in after.records if name in before.records]
    missing = [*(set(before.records) ^ set(after.records))]
    if not ids:
        raise CallgateError(
            f"{before.label.name} and {after.label.name} have no case in common: "
            "there is nothing to compare"
        )
    if missing:
        differing.append(f"cases ({len(missing)} are in one run only)")
    if differing and not common:
        raise CallgateError(
            f"{before.label.name} and {after.label.name} cannot be compared as they are: they "
            f"differ in {', '.join(differing)}; --common compares the {len(ids)} cases that they "
            "share, and `pytest evals --replay RUN --gate off` judges an older run again"
        )
    notes += [f"the runs differ in {difference}" for difference in differing]
    if left_out := _asked_differently(before, after, ids) if differing else []:
        notes.append(f"left out, because the query changed: {_listed(left_out)}")
        ids = [name for name in ids if name not in left_out]
    return Shared(tuple(ids), tuple(notes))
