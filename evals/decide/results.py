"""The results file: what the judge said of each case, and the rates that follow from it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from fixtures import CallgateError, Case, Suite

from ..judge import JUDGE_VERSION, Judgement
from ..judge.execution import Executed
from .statistics import percent, wilson_interval

RESULTS_SCHEMA: Literal[1] = 1
_PRINTED_KEPT = 500


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LayerRecord(_Record):
    """The outcome of one layer."""

    status: Literal["pass", "fail", "n/a"]
    sentence: str


class ToolRunRecord(_Record):
    """A tool that the code really called: its arguments by name, each as its repr."""

    tool: str
    arguments: dict[str, str]


class ExecutedRecord(_Record):
    """What the code of a turn did when it was run, and the verdict of that."""

    status: Literal["pass", "fail", "not run", "n/a"]
    sentence: str
    calls: tuple[ToolRunRecord, ...] = ()
    reads: tuple[str, ...] = ()
    printed: str = ""


class TurnRecord(_Record):
    """One turn: its layers, what running it showed, and the habits that training data teaches."""

    layers: dict[str, LayerRecord]
    executed: ExecutedRecord | None = None
    announces: bool
    preamble: bool


class Deciding(_Record):
    """The first failure of a case: where and why."""

    turn: int
    layer: str
    sentence: str


class CaseRecord(_Record):
    """What the judge says of one case."""

    id: str
    category: str
    groups: tuple[str, ...]
    soft: bool
    strict: bool
    executed: Literal["pass", "fail", "not run", "n/a"] = "n/a"
    deciding: Deciding | None
    turns: tuple[TurnRecord, ...]


class Rate(_Record):
    """How many of some cases passed; percentages and the 95 % Wilson interval of strict.

    `executed` of `executable` cases do what they should when they are run; `not_run` are those
    whose code the sandbox does not support.
    """

    cases: int
    of: int
    soft: int
    strict: int
    soft_pct: float
    strict_pct: float
    strict_low_pct: float
    strict_high_pct: float
    executed: int = 0
    executable: int = 0
    not_run: int = 0
    executed_pct: float | None = None

    @property
    def complete(self) -> bool:
        """Whether every case of the suite that counts here was judged."""
        return self.cases == self.of


class LayerCount(_Record):
    """How many turns a layer passed and failed, and on how many it says nothing."""

    passed: int
    failed: int
    not_applicable: int


class Summary(Rate):
    """The overall rate, the rate of each category and of each group, and the two habits."""

    verdict: Literal["deploy", "augment", "investigate"] | None
    categories: dict[str, Rate]
    groups: dict[str, Rate]
    announcements: int
    preambles: int
    not_run_reasons: dict[str, int] = {}
    layers: dict[str, LayerCount] = {}


class Results(_Record):
    """results.json: holds no times, so that the same answers give the same file."""

    schema_version: Literal[1] = RESULTS_SCHEMA
    suite_sha256: str
    judge_version: int
    model_fingerprint: str
    call_format: str = "code"
    summary: Summary
    cases: tuple[CaseRecord, ...]

    def rate(self, name: str) -> Rate | None:
        """Return the rate of `overall`, a category or a group; None when none of it was judged.

        The rate of `executed` is that of `overall`, whose executed share it means.
        """
        if name in ("overall", "executed"):
            return self.summary
        return self.summary.categories.get(name) or self.summary.groups.get(name)


def _executed_record(executed: Executed) -> ExecutedRecord:
    run = executed.execution
    if run is None:
        return ExecutedRecord(status=executed.status, sentence=executed.sentence)
    return ExecutedRecord(
        status=executed.status,
        sentence=executed.sentence,
        calls=tuple(ToolRunRecord(tool=c.tool, arguments=c.arguments) for c in run.calls),
        reads=tuple(sorted(run.reads)),
        printed=run.printed[:_PRINTED_KEPT],
    )


def _executed_status(turns: Sequence[Executed]) -> Literal["pass", "fail", "not run", "n/a"]:
    found = {turn.status for turn in turns}
    for status in ("fail", "not run", "pass"):
        if status in found:
            return status
    return "n/a"


def case_record(case: Case, judgement: Judgement, executed: Sequence[Executed] = ()) -> CaseRecord:
    """Return the record of a judged case; `executed` is empty when nothing was run."""
    runs: Sequence[ExecutedRecord | None] = [_executed_record(turn) for turn in executed]
    runs = runs or [None] * len(judgement.turns)
    deciding = judgement.deciding
    return CaseRecord(
        id=case.id,
        category=case.category,
        groups=case.groups,
        soft=judgement.soft,
        strict=judgement.strict,
        executed=_executed_status(executed),
        deciding=deciding and Deciding(turn=deciding[0], layer=deciding[1], sentence=deciding[2]),
        turns=tuple(
            TurnRecord(
                layers={
                    name: LayerRecord(status=outcome.status, sentence=outcome.sentence)
                    for name, outcome in turn.layers.items()
                },
                executed=run,
                announces=turn.announces,
                preamble=turn.preamble,
            )
            for turn, run in zip(judgement.turns, runs, strict=True)
        ),
    )


def _rate(records: Sequence[CaseRecord], of: int) -> Rate:
    strict = sum(record.strict for record in records)
    soft = sum(record.soft for record in records)
    executed = sum(record.executed == "pass" for record in records)
    executable = executed + sum(record.executed == "fail" for record in records)
    interval = wilson_interval(strict, len(records))
    return Rate(
        cases=len(records),
        of=of,
        soft=soft,
        strict=strict,
        soft_pct=percent(soft, len(records)),
        strict_pct=percent(strict, len(records)),
        strict_low_pct=interval.low,
        strict_high_pct=interval.high,
        executed=executed,
        executable=executable,
        not_run=sum(record.executed == "not run" for record in records),
        executed_pct=percent(executed, executable) if executable else None,
    )


def _verdict(rate: Rate) -> Literal["deploy", "augment", "investigate"] | None:
    if not rate.complete:
        return None
    share = 100 * rate.strict / rate.cases
    return "deploy" if share >= 80 else "augment" if share >= 70 else "investigate"


def summarize(suite: Suite, records: Sequence[CaseRecord]) -> Summary:
    """Return the rates of judged cases, held against the suite; raises ValueError for none."""
    if not records:
        raise ValueError("no case was judged")
    overall = _rate(records, len(suite.cases))
    rates: dict[str, Rate] = {}
    for name in suite.markers:
        inside = [record for record in records if name in (record.category, *record.groups)]
        if inside:
            rates[name] = _rate(inside, sum(name in case.markers for case in suite.cases))
    return Summary(
        **overall.model_dump(),
        verdict=_verdict(overall),
        categories={name: rates[name] for name in suite.categories if name in rates},
        groups={name: rate for name, rate in rates.items() if name not in suite.categories},
        announcements=sum(any(turn.announces for turn in record.turns) for record in records),
        preambles=sum(any(turn.preamble for turn in record.turns) for record in records),
        not_run_reasons=_not_run_reasons(records),
        layers=_layer_counts(records),
    )


def _layer_counts(records: Sequence[CaseRecord]) -> dict[str, LayerCount]:
    """Return how many turns each layer passed, failed and left alone."""
    counted: dict[str, Counter[str]] = {}
    for record in records:
        for turn in record.turns:
            for name, layer in turn.layers.items():
                counted.setdefault(name, Counter())[layer.status] += 1
    return {
        name: LayerCount(passed=of["pass"], failed=of["fail"], not_applicable=of["n/a"])
        for name, of in counted.items()
    }


def _not_run_reasons(records: Sequence[CaseRecord]) -> dict[str, int]:
    """Return why code was not run, the most frequent reason first."""
    counted = Counter(
        turn.executed.sentence
        for record in records
        if record.executed == "not run"
        for turn in record.turns
        if turn.executed and turn.executed.status == "not run"
    )
    return dict(counted.most_common())


def make_results(
    suite: Suite, records: Sequence[CaseRecord], fingerprint: str, call_format: str = "code"
) -> Results:
    """Return the results of judged cases, in the order of the suite."""
    order = {case.id: position for position, case in enumerate(suite.cases)}
    ordered = tuple(sorted(records, key=lambda record: order[record.id]))
    return Results(
        suite_sha256=suite.sha256,
        judge_version=JUDGE_VERSION,
        model_fingerprint=fingerprint,
        call_format=call_format,
        summary=summarize(suite, ordered),
        cases=ordered,
    )


def read_results(path: Path) -> Results:
    """Read a results file; raises CallgateError naming the file and the field."""
    try:
        return Results.model_validate_json(path.read_bytes())
    except OSError as problem:
        raise CallgateError(f"{path}: cannot be read: {problem.strerror}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(map(str, first["loc"])) or "(file)"
        raise CallgateError(
            f"{path}: field {place!r}: {first['msg']}; this version reads schema {RESULTS_SCHEMA}"
        ) from problem
