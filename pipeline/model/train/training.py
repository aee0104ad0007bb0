"""Training an adapter with mlx-lm's trainer, through its injectable loss, batches and callback."""

import contextlib
import io
import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from fixtures import CallgateError

from ...files import write_atomic
from ..folders import atomic_folder, locked_parent
from ..loading import LoadedModel, load_model, quiet_imports
from . import checkpoint, losses
from .batches import Batch, batches_of, groups_of, schedule_of
from .loss import counted_loss
from .manifest import NAME as MANIFEST
from .manifest import AdapterManifest, Identity, identity_of, versions
from .optimizer import make_optimizer
from .progress import TrainingProgress
from .rows import TrainingRow, read_rows
from .settings import TrainingPaths, TrainingSettings

if TYPE_CHECKING:
    from mlx import nn

_IDENTITY = "identity.json"
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
        spent, self._since = now - self._since, now
        self.seconds += spent
        settings = self.settings
        iteration = self.start + report["iteration"]
        losses.check_finite(report["train_loss"], iteration)
        read_before = next((line.tokens for line in reversed(self.reports)), 0)
        self._add(iteration, train_loss=report["train_loss"], learning_rate=report["learning_rate"])
        if self.progress is not None:
            speed = (self.tokens - read_before) / spent
            self.progress.report(iteration, report["train_loss"], speed)
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
        shown = self.rank == 0
        with TrainingProgress(settings.iterations, self.start, shown=shown) as self.progress:
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


def _check_unfinished(folder: Path, identity: Identity, *, restart: bool) -> None:
    """Make the folder of an unfinished training ready, or refuse one of another training."""
    file = folder / _IDENTITY
    if file.is_file() and not restart:
        before = Identity.model_validate_json(file.read_bytes())
        if differences := identity.differences(before):
            raise CallgateError(
                f"{folder}: an unfinished training of other things lies there "
                f"({'; '.join(differences)}): ask for the same again to go on with it, or "
                "--restart to throw it away"
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / checkpoint.NAME).unlink(missing_ok=True)
    (folder / losses.NAME).unlink(missing_ok=True)
    write_atomic(file, identity.model_dump_json(indent=2))


def _adapt(model: "nn.Module", settings: TrainingSettings) -> int:
    """Put LoRA layers into the model and return how many blocks have them."""
    import mlx.core as mx
    from mlx_lm.tuner.utils import linear_to_lora_layers

    blocks = len(model.layers)
    if settings.layers > blocks:
        raise CallgateError(f"layers is {settings.layers}: the model has {blocks} blocks")
    chosen = blocks if settings.layers == -1 else settings.layers
    mx.random.seed(settings.seed)
    model.freeze()
    linear_to_lora_layers(model, chosen, _lora_parameters(settings))
    mx.eval(model.parameters())
    return chosen


def _lora_parameters(settings: TrainingSettings) -> dict[str, Any]:
    return {"rank": settings.rank, "scale": settings.scale, "dropout": settings.dropout}


def train_adapter(
    paths: TrainingPaths, settings: TrainingSettings, *, restart: bool = False
) -> AdapterManifest | None:
    """Train an adapter and write its folder; goes on from the checkpoint of a killed training.

    The folder gets mlx-lm's adapters.safetensors and adapter_config.json, train.json and loss.csv.
    Returns the manifest; None on the workers of a distributed training that write nothing.
    Raises CallgateError for bad input, a checkpoint of another training, or a loss that is no
    number.
    """
    settings.check()
    loaded = load_model(paths.model)
    stops = frozenset(loaded.tokenizer.eos_token_ids)
    files = [paths.data / "train.jsonl", paths.data / "valid.jsonl"]
    rows = {
        file: read_rows(file, loaded.tokenizer, stops, settings.window)
        for file in files
        if file.is_file()
    }
    if not rows.get(files[0]):
        raise CallgateError(f"{files[0]}: holds no rows to train on")
    with quiet_imports():
        import mlx.core as mx

    chosen = _adapt(loaded.model, settings)
    training = _Training(loaded, rows[files[0]], rows.get(files[1], []), settings, paths.unfinished)
    counts = {file: len(found) for file, found in rows.items()}
    identity = identity_of(paths, settings, counts, training.workers)
    if training.rank == 0:
        _check_unfinished(paths.unfinished, identity, restart=restart)
    mx.eval(mx.distributed.all_sum(mx.array(0)))  # the others wait for the folder
    training.resume()
    training.run()
    if training.rank != 0:
        return None
    return _publish(paths, replace(settings, layers=chosen), training, identity, loaded)


def _publish(
    paths: TrainingPaths,
    settings: TrainingSettings,
    training: _Training,
    identity: Identity,
    loaded: LoadedModel,
) -> AdapterManifest:
    """Write the finished adapter's folder and clear the unfinished one."""
    import shutil

    import mlx.core as mx
    from mlx.utils import tree_flatten

    config = {
        "fine_tune_type": "lora",
        "model": str(paths.model),
        "num_layers": settings.layers,
        "lora_parameters": _lora_parameters(settings),
        **{name: value for name, value in settings.as_dict().items() if name != "layers"},
    }
    trained = [report.train_loss for report in training.reports if report.train_loss is not None]
    valid = [report.valid_loss for report in training.reports if report.valid_loss is not None]
    manifest = AdapterManifest(
        base=paths.model.name,
        identity=identity,
        tokens=training.tokens,
        counted_tokens=training.counted,
        seconds=round(training.seconds, 1),
        peak_bytes=max(report.peak_bytes for report in training.reports),
        train_loss=trained[-1],
        valid_loss=valid[-1] if valid else None,
        versions=versions(),
        device=loaded.description.device,
    )
    with locked_parent(paths.adapter.parent), atomic_folder(paths.adapter) as folder:
        arrays: dict[str, mx.array] = dict(tree_flatten(training.model.trainable_parameters()))
        mx.save_safetensors(str(folder / "adapters.safetensors"), arrays)
        (folder / "adapter_config.json").write_bytes(
            orjson.dumps(config, option=orjson.OPT_INDENT_2)
        )
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        losses.write_losses(folder, training.reports)
    shutil.rmtree(paths.unfinished)
    return manifest
