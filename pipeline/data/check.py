"""The audit with which cleaning ends: only what the fixers were asked to cure."""

from functools import partial
from pathlib import Path
from typing import Literal

from fixtures import load_suite

from .audit import query_index
from .audit_report import FindingReport
from .data_set import DataFile
from .findings import (
    Announcement,
    Contamination,
    DoubleWrap,
    Envelope,
    Preamble,
    Roles,
    RowFinding,
    TrailingText,
)
from .repeats import Repeats
from .scan import Observer, scan

ROWS_NAMED = 5
REPEATS = frozenset(("duplicates", "leakage"))


def curable_findings(fixers: frozenset[str], suite: Path) -> tuple[RowFinding, ...]:
    """Return the findings that the given fixers cure, those that look at one row at a time."""
    found: list[RowFinding] = [
        *(Preamble(), TrailingText(), Announcement(), Envelope(), Roles(), DoubleWrap())
    ]
    if "contamination" in fixers:
        found.append(Contamination(query_index(load_suite(suite))))
    return tuple(finding for finding in found if finding.fixer in fixers)


def _observer(fixers: frozenset[str], suite: Path) -> Observer:
    compares: Literal["same", "nothing"] = "nothing" if fixers.isdisjoint(REPEATS) else "same"
    return Observer(curable_findings(fixers, suite), ROWS_NAMED, compares)


def remaining_findings(
    files: list[DataFile], fixers: frozenset[str], suite: Path
) -> list[FindingReport]:
    """Audit files for what the fixers cure; return the findings that are still there."""
    findings = curable_findings(fixers, suite)
    observer = partial(_observer, fixers, suite)
    paths = [file.path for file in files]
    scanned = scan(paths, observer, len(findings), limit=ROWS_NAMED)
    rows = sum(scanned.rows)
    reports = [
        finding.reported(tally, rows)
        for finding, tally in zip(findings, scanned.tallies, strict=True)
        if tally.count
    ]
    if not fixers.isdisjoint(REPEATS):
        held_out = [file.held_out for file in files]
        repeats = Repeats(scanned.index, held_out, ROWS_NAMED, rows).same_reports()
        reports.extend(report for report in repeats if report.fixer in fixers)
    names = [file.name for file in files]
    return [report.named(names) for report in reports]
