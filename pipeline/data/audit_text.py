"""The audit's report as text for a terminal."""

from typing import TYPE_CHECKING, NamedTuple

from .audit_report import AuditReport, FindingReport, TableLine
from .counting import counted

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}
TABLE_SHOWN = 8
ROWS_SHOWN = 4


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %" if total else "-"


def visible(text: str) -> str:
    """Return text with line ends and control characters written out, fit for one line."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def _table_line(line: TableLine) -> str:
    of = f" of {line.total} ({_share(line.count, line.total)})" if line.total else ""
    remark = f"  <- {line.remark}" if line.remark else ""
    return f"{line.count:>7}{of}  {visible(line.name)}{remark}"


def finding_lines(finding: FindingReport) -> list[str]:
    """Return what is said of a finding below its heading."""
    lines = [f"teaches {finding.teaches}"]
    lines.extend(part.strip() for part in finding.sentence.split(";") if part.strip())
    if finding.fixer:
        lines.append(f"cured by: callgate clean --only {finding.fixer}")
    return lines


def print_report(report: AuditReport, console: "Console") -> None:
    """Print a report: the files, a table of all findings, then each with rows and excerpts."""
    from rich.table import Table
    from rich.text import Text

    for file in report.files:
        rejected = f", {file.rejected} lines rejected" if file.rejected else ""
        console.print(Text(f"{file.name} ({file.split}): {file.rows} rows{rejected}"))
    overview = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column, justify in (("finding", "left"), ("rows", "right"), ("share", "right")):
        overview.add_column(column, justify=justify)  # type: ignore[arg-type]
    overview.add_column("what")
    overview.add_column("fixer")
    for finding in report.findings:
        overview.add_row(
            Text(finding.id, style=STYLES[finding.severity]),
            str(finding.count) if finding.count else "",
            _share(finding.count, report.rows) if finding.count else "",
            finding.title,
            finding.fixer or "",
        )
    console.print()
    console.print(overview)
    for finding in report.findings:
        console.print()
        _print_finding(finding, console)
    console.print()
    console.print(Text(closing_line(report), style="bold"))


def _print_finding(finding: FindingReport, console: "Console") -> None:
    from rich.text import Text

    head = Text(f"{finding.severity} {finding.id}", style=STYLES[finding.severity])
    count = f": {finding.count} rows, " if finding.count else ": "
    console.print(head + Text(f"{count}{finding.title}", style="default"))
    for sentence in finding_lines(finding):
        console.print(Text(f"  {sentence}"))
    for line in finding.table[:TABLE_SHOWN]:
        console.print(
            Text(f"  {_table_line(line)}"), style="dim", no_wrap=True, overflow="ellipsis"
        )
    if finding.rows:
        more = finding.count - ROWS_SHOWN
        rows = ", ".join(finding.rows[:ROWS_SHOWN])
        console.print(Text(f"  rows {rows}" + (f" and {more} more" if more > 0 else "")))
    for excerpt in finding.excerpts:
        text = Text(f"  {excerpt.row}  ", style="dim")
        text.append(visible(excerpt.before[-40:]))
        text.append(visible(excerpt.marked[:160]), style="reverse")
        text.append(visible(excerpt.after[:60]))
        console.print(text, no_wrap=True, overflow="ellipsis")


def closing_line(report: AuditReport) -> str:
    """Return the last line: how many findings of each severity, over how many rows."""
    notes = len(report.findings) - report.errors - report.warnings
    return (
        f"{report.rows} rows: {counted(report.errors, 'error')}, "
        f"{counted(report.warnings, 'warning')}, {counted(notes, 'note')}"
    )


def print_comparison(report: AuditReport, other: AuditReport, console: "Console") -> None:
    """Print the findings of two data sets side by side."""
    from rich.table import Table
    from rich.text import Text

    console.print()
    console.print(Text("side by side", style="bold"))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("finding")
    for name in (names_of(report), names_of(other)):
        table.add_column(Text(name), justify="right")
    for line in comparison(report, other):
        table.add_row(line.id, line.shown(0), line.shown(1))
    console.print(table)


def names_of(report: AuditReport) -> str:
    """Return what a data set is called in a comparison."""
    return f"{', '.join(report.data)} ({report.rows} rows)"


class ComparedLine(NamedTuple):
    """One finding in two data sets: rows and rates, None where it was not found."""

    id: str
    pair: tuple[FindingReport | None, FindingReport | None]

    def shown(self, side: int) -> str:
        """Return the cell of a side."""
        finding = self.pair[side]
        if finding is None:
            return "-"
        return f"{finding.count} ({100 * finding.rate:.1f} %)" if finding.count else "found"


def comparison(report: AuditReport, other: AuditReport) -> list[ComparedLine]:
    """Return every finding of either report, in the order of the first."""
    ids = dict.fromkeys(found.id for found in (*report.findings, *other.findings))
    return [ComparedLine(found, (report.finding(found), other.finding(found))) for found in ids]
