"""The audit's report: what audit.json holds."""

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

from .counting import counted

if TYPE_CHECKING:
    from .findings.finding import Finding
    from .tally import Tally

Severity = Literal["error", "warning", "note"]
ERROR: Severity = "error"
WARNING: Severity = "warning"
NOTE: Severity = "note"
SEVERITIES: tuple[Severity, ...] = (ERROR, WARNING, NOTE)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableLine(_Model):
    """One line of a finding's table: a name, how often, and of how many where that is known."""

    name: str
    count: int
    total: int | None = None
    remark: str = ""

    @property
    def rate(self) -> float:
        """The share from 0 to 1; 0 without a total."""
        return self.count / self.total if self.total else 0.0


class ExcerptReport(_Model):
    """A piece of a row: where it stands, the part that was found, and what stands around it."""

    row: str = Field(description="file:line")
    turn: int = Field(description="the number of the message in the row, from 0")
    before: str
    marked: str
    after: str


class FindingReport(_Model):
    """One finding: how many rows have it, which, and what they teach."""

    id: str
    title: str
    severity: Severity
    count: int = Field(description="rows that have it")
    rate: float = Field(description="the share of all rows, from 0 to 1")
    sentence: str = Field(description="what the count alone does not say")
    teaches: str = Field(description="what a model learns from such rows")
    fixer: str | None = Field(description="the fixer of `callgate clean` that cures it")
    rows: tuple[str, ...] = Field(description="file:line of the rows, the first ones")
    rows_left_out: int = Field(description="how many more rows there are than `rows` lists")
    excerpts: tuple[ExcerptReport, ...] = Field(max_length=3)
    table: tuple[TableLine, ...] = Field(description="what was counted, by name")

    @classmethod
    def of(
        cls,
        finding: "Finding",
        tally: "Tally",
        rows: int,
        *,
        sentence: str,
        severity: Severity,
        table: list[TableLine],
    ) -> "FindingReport":
        """Build the report of a finding from its tally; places are named by `named` later."""
        return cls(
            id=finding.id,
            title=finding.title,
            severity=severity,
            count=tally.count,
            rate=tally.count / rows if rows else 0.0,
            sentence=sentence,
            teaches=finding.teaches,
            fixer=finding.fixer,
            rows=tuple(f"{place.file}:{place.line}" for place in tally.places),
            rows_left_out=tally.count - len(tally.places) if tally.places else 0,
            excerpts=tuple(
                ExcerptReport(
                    row=f"{excerpt.place.file}:{excerpt.place.line}",
                    turn=excerpt.turn,
                    before=excerpt.before,
                    marked=excerpt.marked,
                    after=excerpt.after,
                )
                for excerpt in tally.excerpts
            ),
            table=tuple(table),
        )

    def named(self, files: list[str]) -> "FindingReport":
        """Return the report with the names of files in place of their numbers."""

        def name(place: str) -> str:
            file, line = place.split(":")
            return f"{files[int(file)]}:{line}"

        excerpts = (
            excerpt.model_copy(update={"row": name(excerpt.row)}) for excerpt in self.excerpts
        )
        return self.model_copy(
            update={"rows": tuple(map(name, self.rows)), "excerpts": tuple(excerpts)}
        )


class FileReport(_Model):
    """One file of the data set."""

    name: str
    split: str
    rows: int
    rejected: int


class KindReport(_Model):
    """How many rows show one kind of case, against how many cases ask for it."""

    id: str
    title: str
    rows: int
    cases: int


class ToolReport(_Model):
    """How many rows call one tool, against how many cases ask for it."""

    id: str
    rows: int
    cases: int


class AuditReport(_Model):
    """What a data set will teach."""

    schema_version: Literal[1] = 1
    callgate: str = Field(description="the version that wrote this")
    data: tuple[str, ...] = Field(description="the files and folders as they were named")
    files: tuple[FileReport, ...]
    rows: int
    rejected: int
    forms: dict[str, int]
    kinds: tuple[KindReport, ...]
    tools: tuple[ToolReport, ...]
    findings: tuple[FindingReport, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding.severity == ERROR for finding in self.findings)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def warnings(self) -> int:
        """How many findings are warnings."""
        return sum(finding.severity == WARNING for finding in self.findings)

    @property
    def totals(self) -> str:
        """How many rows, errors and warnings there are, as one line."""
        return ", ".join(
            (
                counted(self.rows, "row"),
                counted(self.errors, "error"),
                counted(self.warnings, "warning"),
            )
        )

    def finding(self, finding_id: str) -> FindingReport | None:
        """Return a finding by its id, None when the data does not have it."""
        return next((found for found in self.findings if found.id == finding_id), None)
