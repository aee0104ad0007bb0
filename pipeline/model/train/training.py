"""Training an adapter with mlx-lm's trainer, through its injectable loss, batches and callback."""

import contextlib
import io
import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..loading import LoadedModel, load_model, quiet_imports
from . import checkpoint, losses
from .adapting import adapt, start_from
from .batches import Batch, batches_of, groups_of, schedule_of
from .loss import counted_loss
from .manifest import AdapterManifest, identity_of, manifest_in, manifest_of
from .optimizer import make_optimizer
from .preflight import check_needs, needs_of, raise_out_of_memory
from .progress import Reached, TrainingProgress
from .publish import publish
from .rows import TrainingRow, read_splits
from .settings import TrainingPaths, TrainingSettings
from .unfinished import unfinished_folder
from .workers import check_workers, workers_on_this_machine

# Validation batches are drawn once, from a seed that no epoch of the training has.
_VALIDATION_EPOCH = 2**31


class _Training:
    """One training: what the trainer calls back, and what it has counted so far."""

    def __init__(
        self,
        loaded: LoadedModel,
        train_rows: list[TrainingRow],
        valid_rows: list[TrainingRow],
        settings: TrainingSettings,
        unfinished: Path,
    ) -> None:
        import mlx.core as mx

        world = mx.distributed.init()
        self.rank, self.workers = world.rank(), world.size()
        self.model = loaded.model
        self.train_rows, self.valid_rows = train_rows, valid_rows
        self.settings = settings
        self.unfinished = unfinished
        self.optimizer = make_optimizer(settings)
        self.reports: list[losses.Report] = []
        self.start = 0
        self.counted = self.tokens = 0
        self.seconds = 0.0
        self._since = 0.0
        self._warned = False
        self.progress: TrainingProgress | None = None
        self.loss = counted_loss(self.model, train_rows[0])

    def resume(self) -> None:
        """Go back to the checkpoint, when there is one."""
        if not (self.unfinished / checkpoint.NAME).is_file():
            return
        position = checkpoint.load_checkpoint(self.unfinished, self.model, self.optimizer)
        self.start, self.seconds = position.iteration, position.seconds
        if self.rank == 0:
            read = losses.read_losses(self.unfinished)
            self.reports = [report for report in read if report.iteration <= self.start]
        groups = groups_of(self.train_rows, self.settings.batch_size)
        for number in itertools.islice(schedule_of(len(groups), self.settings.seed, 0), self.start):
            self._count(groups[number])

    def _count(self, members: tuple[int, ...]) -> None:
        self.tokens += sum(len(self.train_rows[index].tokens) for index in members)
        self.counted += sum(len(self.train_rows[index].counted) for index in members)

    def batches(self, **asked: Any) -> Iterator[Batch]:  # noqa: ANN401 - the trainer's own arguments
        """Yield the training's batches, or those of the validation rows when not asked to loop."""
        settings = self.settings
        if not asked.get("loop"):
            groups = groups_of(self.valid_rows, settings.batch_size)
            drawn = list(
                itertools.islice(
                    schedule_of(len(groups), settings.seed, _VALIDATION_EPOCH * len(groups)),
                    len(groups),
                )
            )
            yield from batches_of(
                self.valid_rows,
                settings.batch_size,
                iter(drawn),
                rank=self.rank,
                workers=self.workers,
            )
            return
        groups = groups_of(self.train_rows, settings.batch_size)

        def counting(order: Iterator[int]) -> Iterator[int]:
            for number in order:
                self._count(groups[number])
                yield number

        yield from batches_of(
            self.train_rows,
            settings.batch_size,
            counting(schedule_of(len(groups), settings.seed, self.start)),
            rank=self.rank,
            workers=self.workers,
        )

    def validate(self, iteration: int) -> None:
        """Add the validation loss of now to the reports."""
        from mlx_lm.tuner.trainer import evaluate

        if not self.valid_rows or any(
            report.iteration == iteration and report.valid_loss is not None
            for report in self.reports
        ):
            return
        settings = self.settings
        value = evaluate(
            self.model,
            self.valid_rows,
            settings.batch_size,
            settings.evaluate_batches,
            settings.window,
            loss=self.loss,
            iterate_batches=self.batches,
        )
        self.model.train()
        self._add(iteration, valid_loss=value)
        if self.progress is not None:
            self.progress.say(f"validation loss {value:.3f} after {iteration} iterations")

    def _add(
        self,
        iteration: int,
        *,
        train_loss: float | None = None,
        valid_loss: float | None = None,
        learning_rate: float | None = None,
    ) -> None:
        import mlx.core as mx

        self.reports.append(
            losses.Report(
                iteration,
                train_loss,
                valid_loss,
                learning_rate,
                self.counted,
                self.tokens,
                round(self.seconds, 3),
                mx.get_peak_memory(),
            )
        )

    def on_train_loss_report(self, report: dict[str, Any]) -> None:
        """Take a report of the trainer: record it, validate and save when it is time."""
        now = time.perf_counter()
        self.seconds += now - self._since
        settings = self.settings
        iteration = self.start + report["iteration"]
        losses.check_finite(report["train_loss"], iteration)
        self._add(iteration, train_loss=report["train_loss"], learning_rate=report["learning_rate"])
        if self.progress is not None:
            reached = Reached(iteration, self.tokens, self.seconds)
            self.progress.report(reached, report["train_loss"])
            warning = losses.warning_about(self.reports)
            if warning and not self._warned:
                self._warned = True
                self.progress.say(f"callgate: warning: {warning}")
        last = iteration == settings.iterations
        if iteration % settings.evaluate_every == 0 or last:
            self.validate(iteration)
        if self.rank == 0 and (iteration % settings.save_every == 0 or last):
            self.save(iteration)
        self._since = time.perf_counter()

    def on_val_loss_report(self, report: dict[str, Any]) -> None:
        """Do nothing: the trainer is given no validation rows, see `validate`."""

    def save(self, iteration: int) -> None:
        """Write losses and checkpoint; the checkpoint last, since it is what counts."""
        losses.write_losses(self.unfinished, self.reports)
        position = checkpoint.Position(iteration, self.seconds)
        checkpoint.save_checkpoint(self.unfinished, self.model, self.optimizer, position)

    def run(self) -> None:
        """Train what is left of the iterations."""
        from mlx_lm.tuner.trainer import TrainingArgs, train

        settings = self.settings
        left = settings.iterations - self.start
        if left <= 0:
            return
        groups = groups_of(self.train_rows, settings.batch_size)
        ahead = itertools.islice(schedule_of(len(groups), settings.seed, self.start), left)
        tokens = self.tokens + sum(
            len(self.train_rows[index].tokens) for number in ahead for index in groups[number]
        )
        arguments = TrainingArgs(
            batch_size=settings.batch_size,
            iters=left,
            steps_per_report=settings.report_every,
            # Checkpoints are ours: the trainer's hold no optimizer state.
            steps_per_save=left + 1,
            max_seq_length=settings.window,
            clear_cache_threshold=2 << 30,
            adapter_file=str(self.unfinished / "last.safetensors"),
            grad_checkpoint=settings.checkpointing,
            grad_accumulation_steps=settings.accumulate,
        )
        begun = Reached(self.start, self.tokens, self.seconds)
        shown = self.rank == 0
        with TrainingProgress(begun, settings.iterations, tokens, shown=shown) as self.progress:
            if self.start == 0:
                self.validate(0)
            self._since = time.perf_counter()
            # The trainer's own bar knows no time left and counts from zero after a resume.
            with contextlib.redirect_stdout(io.StringIO()):
                train(
                    self.model,
                    self.optimizer,
                    self.train_rows,
                    None,
                    arguments,
                    loss=self.loss,
                    iterate_batches=self.batches,
                    training_callback=self,
                )


def train_adapter(
    paths: TrainingPaths,
    settings: TrainingSettings,
    *,
    restart: bool = False,
    force: bool = False,
    workers: int | None = None,
) -> AdapterManifest | None:
    """Train an adapter and write its folder; goes on from the checkpoint of a killed training.

    With `paths.start` it begins with the matrices of that adapter, else with new ones.
    The folder gets mlx-lm's adapters.safetensors and adapter_config.json, train.json and loss.csv.
    Returns the manifest; None on the workers of a distributed training that write nothing.
    Raises CallgateError for bad input, a checkpoint of another training, a loss that is no number,
    too small a disk and, unless `force` lets it try, too little memory. `workers` is how many
    should have found each other, where that is known.
    """
    settings.check()
    loaded = load_model(paths.model)
    stops = frozenset(loaded.tokenizer.eos_token_ids)
    rows = read_splits(paths.data, loaded.tokenizer, stops, settings.window)
    train, valid = (rows.get(paths.data / name, []) for name in ("train.jsonl", "valid.jsonl"))
    with quiet_imports():
        import mlx.core as mx

    chosen = adapt(loaded.model, settings)
    if paths.start is not None:
        start_from(loaded.model, paths.start, paths.model, settings, chosen)
    training = _Training(loaded, train, valid, settings, paths.unfinished)
    check_workers(settings.batch_size, training.workers, workers)
    training.optimizer.init(loaded.model.trainable_parameters())
    if training.rank == 0:
        needs = needs_of(loaded, training.optimizer.state, train, settings, training.workers)
        beside = workers_on_this_machine()
        line = check_needs(needs, paths.adapter.parent, processes=beside, force=force)
        print(line, file=sys.stderr, flush=True)
    counts = {file: len(found) for file, found in rows.items()}
    identity = identity_of(paths, settings, counts, training.workers)
    with contextlib.ExitStack() as held:
        if training.rank == 0:
            held.enter_context(unfinished_folder(paths.unfinished, identity, restart=restart))
        mx.eval(mx.distributed.all_sum(mx.array(0)))  # the others wait for the folder
        training.resume()
        try:
            training.run()
        except (MemoryError, RuntimeError) as problem:
            raise_out_of_memory(problem)
            raise
        if training.rank != 0:
            return None
        manifest = manifest_of(
            identity,
            training.reports,
            base=paths.model.name,
            start=manifest_in(paths.start) if paths.start else None,
            device=loaded.description.device,
        )
        publish(paths, replace(settings, layers=chosen), loaded.model, training.reports, manifest)
    return manifest
