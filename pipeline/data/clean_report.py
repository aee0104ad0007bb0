"""What the cleaner writes beside the rows: the manifest and the lines of the change log."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CleanedFile(_Model):
    """One file: rows in = rows out + rows dropped + lines rejected."""

    name: str
    sha256: str = Field(description="of the input")
    rows_in: int
    rows_out: int
    changed: int
    dropped: dict[str, int] = Field(description="rows dropped, by reason")
    rejected: int


class CleanManifest(_Model):
    """What was cleaned, with what, and what became of every row."""

    schema_version: Literal[1] = 1
    callgate: str = Field(description="the version that wrote this")
    fixers: dict[str, str] = Field(description="the fixers that were on, with their mode")
    files: tuple[CleanedFile, ...]

    @property
    def rows_in(self) -> int:
        """The rows of all files, the rejected lines included."""
        return sum(file.rows_in for file in self.files)

    @property
    def rows_out(self) -> int:
        """The rows written."""
        return sum(file.rows_out for file in self.files)

    @property
    def changed(self) -> int:
        """The rows written otherwise than they came."""
        return sum(file.changed for file in self.files)

    @property
    def rejected(self) -> int:
        """The lines that are no rows."""
        return sum(file.rejected for file in self.files)

    @property
    def dropped(self) -> dict[str, int]:
        """The rows dropped, by reason."""
        total: dict[str, int] = {}
        for file in self.files:
            for reason, count in file.dropped.items():
                total[reason] = total.get(reason, 0) + count
        return total


class EditRecord(_Model):
    """What a fixer did at one turn: the messages before and after."""

    fixer: str
    turn: int = Field(description="the number of the message in the row, from 0")
    before: tuple[dict[str, Any], ...]
    after: tuple[dict[str, Any], ...]


class ChangeRecord(_Model):
    """One line of changes.jsonl: a row that was changed or dropped."""

    schema_version: Literal[1] = 1
    row: str = Field(description="file:line of the input")
    line_out: int | None = Field(description="the line of the output file, null when dropped")
    dropped: str | None = Field(description="the reason, null when the row was kept")
    edits: tuple[EditRecord, ...]
    before: dict[str, Any] | None = Field(description="the row as it came, where it was dropped")
