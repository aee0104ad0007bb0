"""Making the stages of a build one after the other, each recorded as soon as it is made."""

import gc
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fixtures import CallgateError

from ..model.folders import held_by
from ..model.train.progress import duration
from .record import NAME, BuildRecord, Made, read_record, write_record
from .stage import Stage, Step, disposable, inputs_of, plan


def say(line: str) -> None:
    """Print a line at once: a build is watched, and its log is read while it goes on."""
    print(line, flush=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Make the build folder and hold its lock; raises CallgateError."""
    if folder.exists() and not (folder / NAME).is_file() and any(folder.iterdir()):
        raise CallgateError(f"{folder} is no build folder and not empty: choose another --out")
    with held_by("build", folder):
        yield


class Chain:
    """The stages of one build folder and what is recorded of them."""

    def __init__(
        self,
        folder: Path,
        stages: Sequence[Stage],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.folder = folder
        self._clock = clock
        self.stages = stages
        self.record = read_record(folder) or BuildRecord()
        self._made_now: dict[str, float] = {}

    def steps(self) -> list[Step]:
        """Return for each stage whether it has to be made, and why."""
        return plan(self.stages, self.record)

    def run(self) -> None:
        """Make what is to be made; raises CallgateError, and leaves what is made as it is."""
        with _held(self.folder):
            self.record = read_record(self.folder) or BuildRecord()
            for number, stage in enumerate(self.stages):
                head = f"[{number + 1}/{len(self.stages)}] {stage.name}"
                reason = self.steps()[number].reason
                if reason is None:
                    say(f"{head}: unchanged: {self.record.stages[stage.name].said}")
                else:
                    say(f"{head}: {reason}")
                    self._make(stage, head)
                self._clear()

    def _make(self, stage: Stage, head: str) -> None:
        # What is recorded is there: the record goes before the output does.
        self._write(self.record.with_stage(stage.name, None))
        inputs = inputs_of(stage, self.record)
        started = self._clock()
        try:
            outcome = stage.make()
        except KeyboardInterrupt:
            spent = duration(self._clock() - started)
            print(
                f"callgate: stopped in {stage.name} after {spent}; everything before it is kept, "
                "and the same command goes on from there",
                file=sys.stderr,
            )
            raise
        seconds = self._clock() - started
        made = Made(
            inputs=inputs,
            output=str(outcome.output or stage.output),
            fingerprint=outcome.fingerprint,
            said=outcome.said,
            seconds=round(seconds, 1),
        )
        self._write(self.record.with_stage(stage.name, made))
        self._made_now[stage.name] = seconds
        say(f"{head}: {outcome.said} ({duration(seconds)})")
        _free_memory()

    def _clear(self) -> None:
        """Remove the big folders that no stage is going to read."""
        for stage, made in list(disposable(self.stages, self.record)):
            self._write(
                self.record.with_stage(stage.name, made.model_copy(update={"deleted": True}))
            )
            shutil.rmtree(stage.place(made), ignore_errors=True)

    def _write(self, record: BuildRecord) -> None:
        write_record(self.folder, record)
        self.record = record

    def table(self) -> list[str]:
        """Return a line for each stage that is made: seconds, and whether just now or before."""
        lines = [f"{'stage':<18}{'seconds':>9}  {'':<10}outcome"]
        for stage in self.stages:
            made = self.record.stages.get(stage.name)
            if made is not None:
                now = "now" if stage.name in self._made_now else "unchanged"
                kept = " (deleted since)" if made.deleted else ""
                lines.append(f"{stage.name:<18}{made.seconds:>9.1f}  {now:<10}{made.said}{kept}")
        lines.append(f"{'now':<18}{sum(self._made_now.values()):>9.1f}")
        return lines


def _free_memory() -> None:
    """Give back what a stage's models took: the next one loads its own."""
    gc.collect()
    mlx = sys.modules.get("mlx.core")
    if mlx is not None:
        mlx.clear_cache()
