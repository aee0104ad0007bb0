"""The audit's report as one self-contained page."""

from pathlib import Path
from typing import NamedTuple

from ..templates import template_environment
from .audit_report import NOTE, AuditReport
from .audit_text import comparison, names_of
from .counting import counted
from .findings.coverage import RARE_SHARE, RARE_TOOL_ROWS

TEMPLATES = Path(__file__).parent / "templates"
ROWS_SHOWN = 60


class Bar(NamedTuple):
    """One bar of a chart: its name, its length from 0 to 1, the figure beside it."""

    name: str
    share: float
    figure: str
    rare: bool

    @property
    def width(self) -> str:
        """The length in percent; whatever is not zero can be seen."""
        return f"{max(100 * self.share, 0.7) if self.share else 0:.1f}"


def preamble_bars(report: AuditReport) -> list[Bar]:
    """Return the preamble rate of each tool."""
    finding = report.finding("preamble")
    return [
        Bar(line.name[:34], line.rate, f"{line.count} of {line.total}", rare=False)
        for line in (finding.table if finding else ())
    ]


def balance_bars(report: AuditReport) -> list[Bar]:
    """Return how many rows show each kind of case."""
    bars = []
    for kind in report.kinds:
        share = kind.rows / report.rows if report.rows else 0.0
        rare = share < RARE_SHARE and kind.cases > 0
        bars.append(Bar(kind.title, share, counted(kind.rows, "row"), rare))
    return bars


def tool_bars(report: AuditReport) -> list[Bar]:
    """Return how many rows call each tool of the suite."""
    most = max((tool.rows for tool in report.tools), default=0) or 1
    return [
        Bar(tool.id, tool.rows / most, counted(tool.rows, "row"), tool.rows < RARE_TOOL_ROWS)
        for tool in report.tools
    ]


def render_page(report: AuditReport, other: AuditReport | None = None) -> str:
    """Return the page; with another report, its findings stand beside this one's."""
    page = template_environment(TEMPLATES).get_template("audit.html")
    return page.render(
        report=report,
        title=", ".join(report.data),
        notes=sum(finding.severity == NOTE for finding in report.findings),
        preambles=preamble_bars(report),
        balance=balance_bars(report),
        tools=tool_bars(report),
        rare_share=round(100 * RARE_SHARE),
        rare_rows=RARE_TOOL_ROWS,
        rows_shown=ROWS_SHOWN,
        comparison=comparison(report, other) if other else [],
        names=(names_of(report), names_of(other)) if other else ("", ""),
    )
