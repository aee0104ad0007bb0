"""What the judge said of each case, as results.json holds it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from ..record import Record
from .repeats import Share

ExecutedStatus = Literal["pass", "fail", "not run", "n/a"]


class LayerRecord(Record):
    """The outcome of one layer."""

    status: Literal["pass", "fail", "n/a"]
    sentence: str


class ToolRunRecord(Record):
    """A tool that the code really called: its arguments by name, each as its repr."""

    tool: str
    arguments: dict[str, str]


class ExecutedRecord(Record):
    """What the code of a turn did when it was run, and the verdict of that."""

    status: ExecutedStatus
    sentence: str
    calls: tuple[ToolRunRecord, ...] = ()
    reads: tuple[str, ...] = ()
    printed: str = ""


class TurnRecord(Record):
    """One turn: its layers, what running it showed, and the habits that training data teaches."""

    layers: dict[str, LayerRecord]
    executed: ExecutedRecord | None = None
    announces: bool
    preamble: bool


class Deciding(Record):
    """The first failure of a case: where and why."""

    turn: int
    layer: str
    sentence: str


class LayerCount(Record):
    """How many turns a layer passed and failed, and on how many it says nothing."""

    passed: int
    failed: int
    not_applicable: int

    def plus(self, other: "LayerCount") -> "LayerCount":
        """Return the sum."""
        return LayerCount(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            not_applicable=self.not_applicable + other.not_applicable,
        )


class Tally(Record):
    """What the turns of answers add up to; habits count answers, layers and reasons turns."""

    layers: dict[str, LayerCount]
    announcements: int
    preambles: int
    not_run_reasons: dict[str, int]


class RepeatRecord(Record):
    """What the judge says of one of several answers to a case; of most, the turns are not kept."""

    repeat: int
    soft: bool
    strict: bool
    executed: ExecutedStatus = "n/a"
    deciding: Deciding | None
    turns: tuple[TurnRecord, ...] = ()


class RepeatedRecord(Record):
    """All answers to a case that was asked several times."""

    answers: tuple[RepeatRecord, ...]
    tally: Tally


class CaseRecord(Record):
    """What the judge says of one case.

    A case that was asked several times is soft and strict when every answer is; `executed` is the
    worst, `deciding` the first failure, and `turns` are those of its `repeated` answers.
    """

    id: str
    category: str
    groups: tuple[str, ...]
    soft: bool
    strict: bool
    executed: ExecutedStatus = "n/a"
    deciding: Deciding | None
    turns: tuple[TurnRecord, ...]
    repeated: RepeatedRecord | None = Field(default=None, exclude_if=lambda value: value is None)

    @property
    def answers(self) -> tuple[RepeatRecord, ...]:
        """Each answer; the only one where the case was asked once."""
        if self.repeated is not None:
            return self.repeated.answers
        only = RepeatRecord(
            repeat=1,
            soft=self.soft,
            strict=self.strict,
            executed=self.executed,
            deciding=self.deciding,
            turns=self.turns,
        )
        return (only,)

    @property
    def share(self) -> Share:
        """How many of its answers passed strictly."""
        if self.repeated is None:
            return Share(int(self.strict), 1)
        return Share(sum(answer.strict for answer in self.answers), len(self.answers))

    @property
    def executed_share(self) -> Share:
        """How many of its answers did what they should when run, of those that count there."""
        statuses = [answer.executed for answer in self.answers]
        passed = statuses.count("pass")
        return Share(passed, passed + statuses.count("fail"))

    @property
    def flaky(self) -> bool:
        """Whether it passed sometimes."""
        return 0 < self.share.passed < self.share.asked

    @property
    def failure(self) -> str:
        """Where and why it failed first, in one sentence; empty where it passed."""
        if self.deciding is None:
            return ""
        place = f"turn {self.deciding.turn}, {self.deciding.layer}: {self.deciding.sentence}"
        if self.repeated is None:
            return place
        first = next(answer.repeat for answer in self.answers if not answer.strict)
        missed = self.share.asked - self.share.passed
        return f"missed {missed} of {self.share.asked} times, first in repeat {first}, {place}"

    @property
    def tally(self) -> Tally:
        """What the turns of its answers add up to."""
        return tally((self.turns,)) if self.repeated is None else self.repeated.tally


def worst(statuses: Iterable[ExecutedStatus]) -> ExecutedStatus:
    """Return what several runs of code are together: failed where one did."""
    found = set(statuses)
    order: tuple[ExecutedStatus, ...] = ("fail", "not run", "pass")
    return next((status for status in order if status in found), "n/a")


def tally(answers: Iterable[Sequence[TurnRecord]]) -> Tally:
    """Count over the turns of answers."""
    layers: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    announcements = preambles = 0
    for turns in answers:
        announcements += any(turn.announces for turn in turns)
        preambles += any(turn.preamble for turn in turns)
        for turn in turns:
            for name, layer in turn.layers.items():
                layers.setdefault(name, Counter())[layer.status] += 1
        if worst(turn.executed.status for turn in turns if turn.executed) == "not run":
            reasons.update(
                turn.executed.sentence
                for turn in turns
                if turn.executed and turn.executed.status == "not run"
            )
    return Tally(
        layers={
            name: LayerCount(passed=of["pass"], failed=of["fail"], not_applicable=of["n/a"])
            for name, of in layers.items()
        },
        announcements=announcements,
        preambles=preambles,
        not_run_reasons=dict(reasons),
    )


def total_tally(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies, the most frequent reason first."""
    layers: dict[str, LayerCount] = {}
    reasons: Counter[str] = Counter()
    announcements = preambles = 0
    for part in tallies:
        announcements += part.announcements
        preambles += part.preambles
        reasons.update(part.not_run_reasons)
        for name, count in part.layers.items():
            so_far = layers.get(name)
            layers[name] = count if so_far is None else so_far.plus(count)
    return Tally(
        layers=layers,
        announcements=announcements,
        preambles=preambles,
        not_run_reasons=dict(reasons.most_common()),
    )
