"""Promotions: which run serves, which served before, and why, in reports/promotions.json."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pipeline.files import write_atomic

from ..record import Record, read_record

PROMOTIONS_SCHEMA: Literal[1] = 1


class Promotion(Record):
    """One promotion, with what it replaced so that it can be undone.

    `override` is the reason that was given when the gate had not passed; `archived_adapter` the
    copy of the adapter of the run that served before.
    """

    run: str
    at: str
    policy: str
    override: str | None
    previous_production: str | None
    previous_baseline: str | None
    archived_adapter: str | None
    rolled_back: str | None = None


class Promotions(Record):
    """promotions.json: every promotion, oldest first."""

    schema_version: Literal[1] = PROMOTIONS_SCHEMA
    promotions: tuple[Promotion, ...] = ()

    @property
    def standing(self) -> tuple[Promotion, ...]:
        """The promotions that were not rolled back, oldest first."""
        return tuple(entry for entry in self.promotions if entry.rolled_back is None)

    @property
    def needed_runs(self) -> frozenset[str]:
        """The runs that a rollback would need."""
        return frozenset(self._needed())

    def _needed(self) -> Iterator[str]:
        for entry in self.standing:
            yield entry.run
            yield from filter(None, (entry.previous_production, entry.previous_baseline))

    def with_new(self, promotion: Promotion) -> "Promotions":
        """Return the history with one more promotion."""
        return Promotions(promotions=(*self.promotions, promotion))

    def with_rolled_back(self, at: str) -> "Promotions":
        """Return the history with its last standing promotion undone; raises IndexError."""
        last = self.standing[-1]
        undone = last.model_copy(update={"rolled_back": at})
        return Promotions(
            promotions=tuple(undone if entry is last else entry for entry in self.promotions)
        )


def _path(reports: Path) -> Path:
    return reports / "promotions.json"


def read_promotions(reports: Path) -> Promotions:
    """Read the history of a reports folder, empty if there is none; raises CallgateError."""
    return read_record(_path(reports), Promotions, absent=Promotions())


def write_promotions(reports: Path, promotions: Promotions) -> None:
    """Write the history of a reports folder."""
    write_atomic(_path(reports), promotions.model_dump_json(indent=2) + "\n")
