"""What a finding is: a habit that the data would teach, looked for row by row."""

from abc import ABC, abstractmethod
from typing import ClassVar

from ..audit_report import ERROR, NOTE, WARNING, FindingReport, Severity, TableLine
from ..rows import Row
from ..tally import Tally

__all__ = [
    "ERROR",
    "NOTE",
    "WARNING",
    "Finding",
    "FindingReport",
    "RowFinding",
    "TableLine",
    "table",
]

TABLE_LINES = 40


class Finding:
    """One thing to look for: subclasses say what it teaches."""

    id: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    teaches: ClassVar[str]
    fixer: ClassVar[str | None] = None

    def report(self, tally: Tally, rows: int) -> list[FindingReport]:
        """Say what was found in a data set of `rows` rows; nothing when there is nothing to say."""
        return [self.reported(tally, rows)] if tally.count else []

    def reported(
        self,
        tally: Tally,
        rows: int,
        *,
        sentence: str = "",
        severity: Severity | None = None,
        lines: list[TableLine] | None = None,
    ) -> FindingReport:
        """Fill in the report that every finding shares."""
        return FindingReport.of(
            self,
            tally,
            rows,
            sentence=sentence,
            severity=severity or self.severity,
            table=lines if lines is not None else table(tally),
        )


class RowFinding(Finding, ABC):
    """A finding that shows in a row alone.

    An instance holds settings and no counts, so that parts of a file can be observed side by side.
    """

    @abstractmethod
    def observe(self, row: Row, tally: Tally) -> None:
        """Hit the tally if the row has it."""


def table(tally: Tally, prefix: str = "") -> list[TableLine]:
    """Return what the tally counted under keys with a prefix, the most frequent first."""
    chosen = [
        (key.removeprefix(prefix), number)
        for key, number in tally.counts.items()
        if key.startswith(prefix)
    ]
    chosen.sort(key=lambda pair: (-pair[1], pair[0]))
    return [TableLine(name=name, count=number) for name, number in chosen[:TABLE_LINES]]
