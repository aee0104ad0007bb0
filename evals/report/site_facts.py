"""What the pages of the site show, computed from recorded runs without reading or writing."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from fixtures import CATEGORIES, Suite, alternatives

from ..archive.recorded import RecordedRun
from ..ask.answer import Answer, Answers, Given
from ..decide.records import CaseRecord, RepeatRecord
from ..decide.results import Rate

# Older runs have their own pages; a longer strip cannot be seen on a phone.
RUNS_IN_STRIP = 60
ANSWERS_ON_CASE_PAGE = 10

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def page_name(name: str) -> str:
    """Return a file name for a run or a case, whatever characters its own name has."""
    plain = _PLAIN_NAME.fullmatch(name) and len(name) <= 120
    return f"{name if plain else hashlib.sha256(name.encode()).hexdigest()[:16]}.html"


class Point(NamedTuple):
    """A point of a chart, in its own units from the top left."""

    x: float
    y: float
    label: str


class Chart(NamedTuple):
    """A line of rates over runs; `band` is the outline of the intervals."""

    name: str
    points: tuple[Point, ...]
    line: str
    band: str
    summary: str


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


class Measured(NamedTuple):
    """A rate of one run with the ends of its interval, all in percent."""

    run: str
    pct: float
    low: float
    high: float


def rate_chart(
    name: str, rates: Sequence[Measured], width: float = 100, height: float = 100
) -> Chart:
    """Return the chart of a rate over runs, 0 to 100 % from bottom to top."""
    step = width / max(len(rates) - 1, 1)

    def place(position: int, percentage: float) -> tuple[float, float]:
        x = position * step if len(rates) > 1 else width / 2
        return round(x, 1), round(height - height * percentage / 100, 1)

    points = tuple(
        Point(*place(position, rate.pct), f"{rate.run}: {rate.pct:g} %")
        for position, rate in enumerate(rates)
    )
    lows = [place(position, rate.low) for position, rate in enumerate(rates)]
    highs = [place(position, rate.high) for position, rate in enumerate(rates)]
    summary = f"{name}: no run of all its cases"
    if rates:
        first, last = rates[0].pct, rates[-1].pct
        summary = f"{name}: {first:g} % in the first of {len(rates)} runs, {last:g} % in the last"
    line = _path((point.x, point.y) for point in points)
    return Chart(name, points, line, _path([*highs, *reversed(lows)]), summary)


def executed_rate(run: str, rate: Rate) -> Measured | None:
    """Return the share of the code that did what it should; None where none was run."""
    if rate.executed_pct is None:
        return None
    low, high = rate.executed_bounds
    return Measured(run, rate.executed_pct, round(low, 1), round(high, 1))


def _measured(name: str, run: str, rate: Rate) -> Measured | None:
    if name == "executed":
        return executed_rate(run, rate)
    return Measured(run, rate.strict_pct, rate.strict_low_pct, rate.strict_high_pct)


def trend_charts(runs: Sequence[RecordedRun]) -> list[Chart]:
    """Return the charts of overall, executed and each category, over complete runs."""
    names = dict.fromkeys(name for run in runs for name in run.results.summary.categories)
    ordered = sorted(names, key=lambda name: (*CATEGORIES, name).index(name))
    charts = []
    for name in ("overall", "executed", *ordered):
        rates = [(run.name, run.results.rate(name)) for run in runs]
        kept = [
            measured
            for run, rate in rates
            if rate is not None and rate.complete and (measured := _measured(name, run, rate))
        ]
        size = (640.0, 180.0) if name == "overall" else (200.0, 60.0)
        if kept or name != "executed":
            charts.append(rate_chart(name, kept, *size))
    return charts


def shown_answers(record: CaseRecord, answers: Answers) -> list[tuple[RepeatRecord, Given]]:
    """Return the answers to a case whose turns its record keeps, with their records."""
    given = answers.get(record.id, ())
    return [
        (answer, given[answer.repeat - 1])
        for answer in record.answers
        if answer.turns and answer.repeat <= len(given)
    ]


class Texts(NamedTuple):
    """An answer to a case as its raw texts, and the runs that gave it; shown once for all."""

    texts: tuple[str, ...]
    runs: list[str]


def outcome_of(record: CaseRecord) -> Literal["passed", "flaky", "failed"]:
    """Return whether a case passed, sometimes did, or never."""
    return "passed" if record.strict else "flaky" if record.flaky else "failed"


@dataclass
class CaseHistory:
    """A case over all runs, oldest first; None where a run did not ask it."""

    id: str
    category: str
    tools: tuple[str, ...] = ()
    query: str | None = None
    why: str | None = None
    records: list[tuple[RecordedRun, CaseRecord | None]] = field(default_factory=list)
    answers: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """The file name of its page."""
        return page_name(self.id)

    @property
    def judged(self) -> list[CaseRecord]:
        """Its records in the runs that asked it."""
        return [record for _, record in self.records if record is not None]

    @property
    def passed(self) -> int:
        """How many runs passed it strictly, in every repeat."""
        return sum(record.strict for record in self.judged)

    @property
    def latest(self) -> CaseRecord | None:
        """Its record in the latest run that asked it."""
        return self.judged[-1] if self.judged else None

    def strip(self) -> dict[str, str]:
        """Return the latest runs as one SVG path for each outcome, one unit wide each."""
        paths = {"passed": "", "flaky": "", "failed": "", "absent": ""}
        for position, (_, record) in enumerate(self.records[-RUNS_IN_STRIP:]):
            kind = "absent" if record is None else outcome_of(record)
            paths[kind] += f"M{position} 0h.9v10h-.9z"
        return paths

    def given(self) -> list[Texts]:
        """Return the different answers, those given last first."""
        newest_first = reversed(self.answers.items())
        return [Texts(texts, runs) for texts, runs in newest_first][:ANSWERS_ON_CASE_PAGE]

    def add_answer(self, run: str, turns: Sequence[Answer], limit: int) -> None:
        """Remember what a run answered, its texts cut after `limit` characters."""
        texts = tuple(turn.text[:limit] for turn in turns)
        runs = self.answers.pop(texts, [])
        self.answers[texts] = [*runs, run] if run not in runs[-1:] else runs


def case_histories(runs: Sequence[RecordedRun], suite: Suite) -> dict[str, CaseHistory]:
    """Return the history of every case that any run asked, in the order of the suite."""
    histories: dict[str, CaseHistory] = {}
    for case in suite.cases:
        later = case.second_turn.tools if case.second_turn else ()
        tools = [tool for entry in (*case.tools, *later) for tool in alternatives(entry)]
        histories[case.id] = CaseHistory(
            case.id, case.category, tuple(dict.fromkeys(tools)), case.query, case.why
        )
    by_run = [{record.id: record for record in run.results.cases} for run in runs]
    for records in by_run:
        for record in records.values():
            histories.setdefault(record.id, CaseHistory(record.id, record.category))
    for history in histories.values():
        history.records = [
            (run, records.get(history.id)) for run, records in zip(runs, by_run, strict=True)
        ]
    return {name: history for name, history in histories.items() if history.judged}
