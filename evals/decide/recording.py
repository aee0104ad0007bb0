"""Making the records of judged answers."""

from collections.abc import Sequence

from fixtures import Case

from ..judge import Judgement
from ..judge.execution import Executed
from .records import (
    CaseRecord,
    Deciding,
    ExecutedRecord,
    LayerRecord,
    RepeatedRecord,
    RepeatRecord,
    ToolRunRecord,
    TurnRecord,
    total_tally,
    worst,
)

_PRINTED_KEPT = 500
# Of the repeats of a case, the turns of so many that missed and so many that passed are kept: a
# thousand would make a file and a page that nobody can open.
_TURNS_KEPT = 5


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
        executed=worst(turn.status for turn in executed),
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


def repeated_record(records: Sequence[CaseRecord]) -> CaseRecord:
    """Return the record of a case from those of its several answers, in order of repeats."""
    missed = [place for place, record in enumerate(records) if not record.strict]
    passed = [place for place, record in enumerate(records) if record.strict]
    kept = {*missed[:_TURNS_KEPT], *passed[:_TURNS_KEPT]}
    return CaseRecord(
        id=records[0].id,
        category=records[0].category,
        groups=records[0].groups,
        soft=all(record.soft for record in records),
        strict=not missed,
        executed=worst(record.executed for record in records),
        deciding=records[missed[0]].deciding if missed else None,
        turns=(),
        repeated=RepeatedRecord(
            answers=tuple(
                RepeatRecord(
                    repeat=place + 1,
                    soft=record.soft,
                    strict=record.strict,
                    executed=record.executed,
                    deciding=record.deciding,
                    turns=record.turns if place in kept else (),
                )
                for place, record in enumerate(records)
            ),
            tally=total_tally(record.tally for record in records),
        ),
    )
