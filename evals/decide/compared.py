"""A comparison as it is written to a JSON file: rates and cases before and after."""

from typing import Literal

from ..record import Record
from .records import Deciding, ExecutedStatus
from .sides import SideLabel

COMPARISON_SCHEMA: Literal[2] = 2

CaseOutcome = Literal["fixed", "broken", "still failing", "still passing"]
OUTCOMES: tuple[CaseOutcome, ...] = ("fixed", "broken", "still failing", "still passing")


class SideRate(Record):
    """The rate of one run; counts and the 95 % interval where they are known.

    `strict` of `answers` passed; there are more answers than `cases` where cases were repeated.
    """

    strict_pct: float
    strict: int | None = None
    cases: int | None = None
    answers: int | None = None
    low_pct: float | None = None
    high_pct: float | None = None


class RateChange(Record):
    """A rate before and after; the difference and its interval are percentage points.

    `p_worse` is the one-sided p against "no worse than before".
    """

    name: str
    before: SideRate
    after: SideRate
    difference: float
    direction: Literal["up", "flat", "down"]
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_worse: float | None = None
    fixed: int | None = None
    broken: int | None = None

    @property
    def repeated(self) -> bool:
        """Whether cases were asked several times in either run."""
        return any(side.answers != side.cases for side in (self.before, self.after))


class CaseSide(Record):
    """A case in one run: the failure that decided, and in which repeat it stands first."""

    deciding: Deciding | None
    executed: ExecutedStatus
    passed: int
    answers: int
    repeat: int = 1


class CaseChange(Record):
    """One case in both runs.

    With repeats, fixed and broken mean that it passed more often and less often than before.
    """

    id: str
    category: str
    groups: tuple[str, ...]
    outcome: CaseOutcome
    before: CaseSide
    after: CaseSide


class Comparison(Record):
    """A comparison as it is written to a JSON file."""

    schema_version: Literal[2] = COMPARISON_SCHEMA
    before: SideLabel
    after: SideLabel
    common: bool
    overall: RateChange
    executed: RateChange | None
    categories: tuple[RateChange, ...]
    groups: tuple[RateChange, ...]
    cases: tuple[CaseChange, ...]
    conclusion: Literal["success", "partial", "insufficient"] | None
    sentence: str
    notes: tuple[str, ...]

    def named(self, outcome: CaseOutcome) -> tuple[CaseChange, ...]:
        """Return the cases that changed, or stayed, in this way."""
        return tuple(case for case in self.cases if case.outcome == outcome)

    @property
    def changes(self) -> tuple[RateChange, ...]:
        """All rates: overall, executed where code was run in both, categories, groups."""
        executed = () if self.executed is None else (self.executed,)
        return (self.overall, *executed, *self.categories, *self.groups)
