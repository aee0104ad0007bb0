"""Stages, and which of them have to be made: a function of their inputs and of what is there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .record import BuildRecord, Made


class Outcome(NamedTuple):
    """What making a stage came to: the content hash of its output, and one line to say."""

    fingerprint: str
    said: str
    output: Path | None = None  # of a stage that cannot tell before


@dataclass(frozen=True)
class Stage:
    """One step of a build: what decides its output, where that goes, and how it is made.

    `inputs` are settings and content hashes by name; `after` names the stages whose outputs are
    read. `whole` says of an output and its recorded hash whether it is there as it was made.
    """

    name: str
    inputs: Mapping[str, str]
    after: tuple[str, ...]
    output: Path | None  # None where making it tells
    make: Callable[[], Outcome]
    whole: Callable[[Path, str], bool]
    disposable: bool = False  # the output is removed when nothing reads it any more

    def place(self, made: Made) -> Path:
        """Return where the output lies; a build folder that was moved is still found."""
        return self.output or Path(made.output)


class Step(NamedTuple):
    """A stage and why it has to be made; None where it is unchanged."""

    stage: Stage
    reason: str | None


def inputs_of(stage: Stage, record: BuildRecord) -> dict[str, str]:
    """Return all inputs of a stage: its own, and the outputs that it reads, as far as recorded."""
    read = {name: record.stages[name].fingerprint for name in stage.after if name in record.stages}
    return {**stage.inputs, **read}


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if not changed:
        return None
    first = changed[0]
    others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"{first}{others} changed"


def _reason(stage: Stage, record: BuildRecord, changed: set[str]) -> str | None:
    made = record.stages.get(stage.name)
    if made is None:
        return "not made yet"
    for name in stage.after:
        if name in changed:
            return f"{name} changed"
    if reason := _difference(made.inputs, inputs_of(stage, record)):
        return reason
    if not made.deleted and not stage.whole(stage.place(made), made.fingerprint):
        return "its output is gone"
    return None


def plan(stages: Sequence[Stage], record: BuildRecord) -> list[Step]:
    """Return for every stage, in order, whether it has to be made and why.

    A stage after one whose inputs changed is taken to change too; asked again when that one is
    made, the answer may be another. An output that was deleted is made again for a stage that
    reads it, which alone changes nothing.
    """
    reasons: dict[str, str | None] = {}
    changed: set[str] = set()
    for stage in stages:
        reasons[stage.name] = _reason(stage, record, changed)
        if reasons[stage.name] is not None:
            changed.add(stage.name)
    needed: dict[str, str] = {}
    for stage in reversed(stages):
        if reasons[stage.name] is None and stage.name not in needed:
            continue
        for name in stage.after:
            if reasons[name] is None and record.stages[name].deleted:
                needed[name] = f"it was deleted, and {stage.name} reads it"
    return [Step(stage, reasons[stage.name] or needed.get(stage.name)) for stage in stages]


def disposable(stages: Sequence[Stage], record: BuildRecord) -> Iterator[tuple[Stage, Made]]:
    """Yield the disposable stages whose output is there and read by nothing that is left."""
    steps = plan(stages, record)
    read = {name for step in steps if step.reason is not None for name in step.stage.after}
    for step in steps:
        made = record.stages.get(step.stage.name)
        done = step.reason is None and made is not None and not made.deleted
        if step.stage.disposable and done and made is not None and step.stage.name not in read:
            yield step.stage, made
