"""The record of an experiment: what was trained and asked, and how every case went."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from fixtures import CallgateError

from ..decide.results import Results
from ..record import Record, read_record

ModelKind = Literal["fused", "quantized"]
FUSED: ModelKind = "fused"
QUANTIZED: ModelKind = "quantized"


class CaseOf(Record):
    """A case that every run was asked."""

    id: str
    category: str


class ArmRecord(Record):
    """An arm and the data that it trained on."""

    name: str
    title: str
    rows: int
    sha256: str  # of train.jsonl


class RunRecord(Record):
    """One model that was asked: the layer that decided each missed case, and the two habits."""

    arm: str
    seed: int
    model: ModelKind
    model_fingerprint: str
    train_loss: float
    valid_loss: float | None
    missed: dict[str, str]  # case -> layer
    announcements: tuple[str, ...]  # cases with an answer that promises a call and makes none
    preambles: tuple[str, ...]  # cases with an answer that carries text before a call

    @classmethod
    def of(
        cls,
        results: Results,
        arm: str,
        seed: int,
        model: ModelKind,
        losses: tuple[float, float | None],
    ) -> "RunRecord":
        """Return the record of one run from its results and its training's two losses."""
        cases = results.cases
        return cls(
            arm=arm,
            seed=seed,
            model=model,
            model_fingerprint=results.model_fingerprint,
            train_loss=losses[0],
            valid_loss=losses[1],
            missed={case.id: case.deciding.layer for case in cases if case.deciding},
            announcements=tuple(case.id for case in cases if case.tally.announcements),
            preambles=tuple(case.id for case in cases if case.tally.preambles),
        )


class ExperimentRecord(Record):
    """experiment.json: everything that the table, the plot and the text are made from."""

    schema_version: Literal[1] = 1
    name: str
    command: str
    base: str
    base_fingerprint: str
    data: str
    settings: dict[str, Any]  # of the training, but for the seed
    bits: int
    group_size: int
    suite_sha256: str
    judge_version: int
    cases: tuple[CaseOf, ...]
    arms: tuple[ArmRecord, ...]
    runs: tuple[RunRecord, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, in order."""
        return tuple(sorted({run.seed for run in self.runs}))

    def chosen(self, arm: str | None, model: ModelKind) -> tuple[RunRecord, ...]:
        """Return the runs of an arm (None: of all) and a kind of model, by arm and seed."""
        return tuple(run for run in self.runs if run.model == model and arm in (None, run.arm))


def cases_of(results: Iterable[Results]) -> tuple[CaseOf, ...]:
    """Return the cases that all runs were asked; raises CallgateError unless they are the same."""
    found = {
        tuple((case.id, case.category) for case in one.cases): one.suite_sha256 for one in results
    }
    if len(found) != 1 or len(set(found.values())) != 1:
        raise CallgateError("the runs were not asked the same cases: make the experiment again")
    return tuple(CaseOf(id=name, category=category) for name, category in next(iter(found)))


def read_experiment(file: Path) -> ExperimentRecord:
    """Read experiment.json; raises CallgateError naming the file and the field."""
    return read_record(file, ExperimentRecord)
