"""The audit: what a data set will teach, found in one pass over its rows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fixtures import SUITE_FOLDER, CallgateError, Suite, load_suite

from .audit_report import SEVERITIES, AuditReport, FileReport, FindingReport, KindReport, ToolReport
from .chunks import Problem
from .data_set import DataFile, find_files
from .demand import KINDS, Demand, demand_of
from .findings import (
    CALL_FINDINGS,
    Announcement,
    Contamination,
    Coverage,
    DoubleWrap,
    Emails,
    Envelope,
    LineFormat,
    NoAnswer,
    Preamble,
    Roles,
    RowFinding,
    Secrets,
    SystemPrompt,
    TooLong,
    ToolResponse,
    TrailingText,
    UnknownRoles,
)
from .queries import QueryIndex
from .rejects import write_rejects
from .repeats import Repeats
from .scan import Observer, Scan, scan

PROBLEMS_SHOWN = 20
DEFAULT_WINDOW = 2048
DEFAULT_LIMIT = 1000


@dataclass(frozen=True)
class AuditSettings:
    """What an audit looks at beside the rows.

    `window` is the training window in tokens, used with `model`, a model folder; `limit` how many
    rows a finding lists.
    """

    suite: Path = SUITE_FOLDER
    model: Path | None = None
    window: int = DEFAULT_WINDOW
    limit: int = DEFAULT_LIMIT
    workers: int | None = None


def callgate_version() -> str:
    """Return the version of callgate, `unknown` where it is not installed."""
    try:
        return version("callgate")
    except PackageNotFoundError:
        return "unknown"


def query_index(suite: Suite) -> QueryIndex:
    """Return the queries of a suite, ready to be recognised in data."""
    return QueryIndex((case.id, case.query) for case in suite.cases)


def row_findings(settings: AuditSettings) -> tuple[RowFinding, ...]:
    """Return every finding that looks at one row at a time."""
    suite = load_suite(settings.suite)
    findings: list[RowFinding] = [Preamble(), TrailingText(), Announcement()]
    if settings.model is None:
        roles = Roles()
    else:
        from .tokens import TokenCounter

        counter = TokenCounter(settings.model)
        roles = Roles(counter.renders_role)
        findings.append(TooLong(counter.count, settings.window))
    findings += [Contamination(query_index(suite)), Envelope(), SystemPrompt(), roles]
    findings += [UnknownRoles(), DoubleWrap(), ToolResponse()]
    findings += [finding() for finding in CALL_FINDINGS]
    findings += [NoAnswer(), Coverage(demand_of(suite)), Secrets(), Emails(), LineFormat()]
    return tuple(findings)


def _observer(settings: AuditSettings) -> Observer:
    return Observer(row_findings(settings), settings.limit)


def problem_list(files: list[DataFile], problems: list[Problem], count: int) -> str:
    """Return problems one a line, with file:line, up to a limit."""
    lines = [
        f"{files[problem.place.file].path}:{problem.place.line}: {problem.message}"
        for problem in problems[:PROBLEMS_SHOWN]
    ]
    if count > len(lines):
        lines.append(f"... and {count - len(lines)} more lines that are no rows")
    return "\n".join(lines)


def _coverage_counts(scanned: Scan, findings: tuple[RowFinding, ...]) -> Counter[str]:
    position = next(i for i, finding in enumerate(findings) if isinstance(finding, Coverage))
    return scanned.tallies[position].counts


def _kinds(counts: Counter[str], demand: Demand) -> tuple[KindReport, ...]:
    return tuple(
        KindReport(id=kind, title=title, rows=counts["kind:" + kind], cases=demand.kinds[kind])
        for kind, title in KINDS.items()
    )


def _tools(counts: Counter[str], demand: Demand) -> tuple[ToolReport, ...]:
    found = [
        ToolReport(id=tool, rows=counts["tool:" + tool], cases=cases)
        for tool, cases in demand.tools.items()
    ]
    return tuple(sorted(found, key=lambda tool: (-tool.rows, tool.id)))


def report_of(
    sources: list[Path],
    files: list[DataFile],
    scanned: Scan,
    findings: tuple[RowFinding, ...],
    settings: AuditSettings,
) -> AuditReport:
    """Turn what a scan tallied into the report; the index of the scan is used up."""
    rows = sum(scanned.rows)
    counts = _coverage_counts(scanned, findings)
    demand = demand_of(load_suite(settings.suite))
    reports: list[FindingReport] = []
    for finding, tally in zip(findings, scanned.tallies, strict=True):
        reports.extend(finding.report(tally, rows))
    held_out = [file.held_out for file in files]
    reports.extend(Repeats(scanned.index, held_out, settings.limit, rows).reports())
    names = [file.name for file in files]
    reports.sort(key=lambda report: SEVERITIES.index(report.severity))
    return AuditReport(
        callgate=callgate_version(),
        data=tuple(map(str, sources)),
        files=tuple(
            FileReport(name=file.name, split=file.split, rows=count, rejected=rejected)
            for file, count, rejected in zip(
                files, scanned.rows, scanned.problem_counts, strict=True
            )
        ),
        rows=rows,
        rejected=sum(scanned.problem_counts),
        forms=dict(sorted(scanned.forms.items())),
        kinds=_kinds(counts, demand),
        tools=_tools(counts, demand),
        findings=tuple(report.named(names) for report in reports),
    )


def audit(
    sources: list[Path],
    settings: AuditSettings | None = None,
    *,
    rejects: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> AuditReport:
    """Audit a data set: JSON Lines files, or folders with train.jsonl.

    Raises CallgateError with one line for every problem of the input; with `rejects`, lines that
    are no rows are copied there instead and left out.
    """
    settings = settings or AuditSettings()
    files = find_files(sources)
    findings = row_findings(settings)
    scanned = scan(
        [file.path for file in files],
        partial(_observer, settings),
        len(findings),
        limit=settings.limit,
        workers=settings.workers,
        progress=progress,
    )
    count = sum(scanned.problem_counts)
    if count and rejects is None:
        raise CallgateError(problem_list(files, scanned.problems, count))
    if count and rejects is not None:
        write_rejects(rejects, files, scanned.problem_counts)
    if not any(scanned.rows):
        raise CallgateError(f"{', '.join(str(file.path) for file in files)}: no row is left")
    return report_of(sources, files, scanned, findings, settings)
