"""What a training is told: every hyper-parameter with its default and its help."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from fixtures import CallgateError

SCHEDULES = ("cosine", "constant", "linear")
OPTIMIZERS = ("adam", "adamw", "muon", "sgd", "adafactor")


def _setting(default: Any, help_text: str) -> Any:  # noqa: ANN401 - a field of any type
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class TrainingSettings:
    """The hyper-parameters of one training; two trainings with equal ones on equal data agree."""

    iterations: int = _setting(800, "batches to learn from")
    batch_size: int = _setting(1, "rows in a batch, over all workers together")
    learning_rate: float = _setting(1.2e-4, "the highest learning rate")
    schedule: str = _setting("cosine", "how the rate goes down after the warm-up")
    decay: int = _setting(
        0, "steps in which the rate falls after the warm-up; 0 takes what is left"
    )
    warmup: int = _setting(20, "steps in which the rate climbs from zero")
    final_rate: float = _setting(0.05, "share of the learning rate that the schedule ends at")
    optimizer: str = _setting("adam", "the optimizer, by its name in mlx.optimizers")
    optimizer_options: str = _setting(
        "{}", 'more options of the optimizer as a JSON object, such as {"weight_decay": 0.1}'
    )
    clip: float = _setting(1.0, "longest gradient, in its global norm; 0 clips none")
    rank: int = _setting(8, "rank of the adapter's matrices")
    scale: float = _setting(20.0, "factor on the adapter's output")
    dropout: float = _setting(0.0, "share of the adapter's input that is dropped")
    layers: int = _setting(-1, "blocks to adapt, counted from the last; -1 adapts all")
    keys: str = _setting("", "layers to adapt in a block, by names and commas; none adapts all")
    window: int = _setting(2048, "longest row in tokens; longer ones refuse the training")
    accumulate: int = _setting(1, "batches whose gradients make one step")
    checkpointing: bool = _setting(False, "compute activations twice to save memory")
    seed: int = _setting(0, "seed of the row order and of the adapter's first weights")
    report_every: int = _setting(10, "iterations between two lines of loss.csv")
    evaluate_every: int = _setting(200, "iterations between two validation losses")
    evaluate_batches: int = _setting(25, "batches of a validation loss; -1 takes all")
    save_every: int = _setting(100, "iterations between two checkpoints")

    def check(self) -> None:
        """Raise CallgateError that names the first setting that makes no sense."""
        lowest = {
            "iterations": 1, "batch_size": 1, "warmup": 0, "rank": 1, "window": 2,
            "accumulate": 1, "report_every": 1, "evaluate_every": 1, "save_every": 1,
            "clip": 0, "seed": 0, "decay": 0,
        }  # fmt: skip
        for name, least in lowest.items():
            if getattr(self, name) < least:
                raise CallgateError(f"{name} is {getattr(self, name)}: it must be at least {least}")
        for name, names in (("schedule", SCHEDULES), ("optimizer", OPTIMIZERS)):
            if getattr(self, name) not in names:
                raise CallgateError(
                    f"{name} is {getattr(self, name)!r}: it must be one of {', '.join(names)}"
                )
        if not self.learning_rate > 0:
            raise CallgateError(f"learning_rate is {self.learning_rate}: it must be above 0")
        if not 0 <= self.dropout < 1 or not 0 <= self.final_rate <= 1:
            raise CallgateError("dropout and final_rate are shares: 0 to 1, dropout below 1")
        # Where a gradient is half summed, or no loss reported, there is nothing to go on from.
        multiples = (
            ("save_every", "report_every"), ("evaluate_every", "report_every"),
            ("save_every", "accumulate"), ("iterations", "accumulate"),
        )  # fmt: skip
        for name, divisor in multiples:
            if getattr(self, name) % getattr(self, divisor):
                raise CallgateError(
                    f"{name} is {getattr(self, name)}: it must be a multiple of {divisor} "
                    f"({getattr(self, divisor)})"
                )
        if not isinstance(self.options_of_optimizer, dict):
            raise CallgateError(
                f"optimizer_options is {self.optimizer_options!r}: it must be a JSON object"
            )
        if self.layers == 0 or self.layers < -1:
            raise CallgateError(f"layers is {self.layers}: it must be -1 (all) or at least 1")

    @property
    def options_of_optimizer(self) -> Any:  # noqa: ANN401 - checked to be a dict
        """What `optimizer_options` says, None when it is no JSON."""
        try:
            return json.loads(self.optimizer_options)
        except ValueError:
            return None

    @property
    def names_of_layers(self) -> list[str]:
        """The names in `keys`."""
        return [name.strip() for name in self.keys.split(",") if name.strip()]

    def as_dict(self) -> dict[str, Any]:
        """Return the settings by name."""
        return asdict(self)

    def as_flags(self) -> list[str]:
        """Return the settings as `callgate train` takes them on its command line."""
        words = []
        for name, value in self.as_dict().items():
            flag = f"--{name.replace('_', '-')}"
            if value is not False:
                words += [flag] if value is True else [flag, str(value)]
        return words


def settings_from(values: Mapping[str, Any]) -> TrainingSettings:
    """Return checked settings from names and values; raises CallgateError for a wrong one."""
    known = {entry.name: entry for entry in fields(TrainingSettings)}
    converted: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise CallgateError(f"{name} is no training setting: known are {', '.join(known)}")
        wanted = type(known[name].default)
        fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value, fits = float(value), True
        if not fits:
            raise CallgateError(f"{name} is {value!r}: it must be of type {wanted.__name__}")
        converted[name] = value
    settings = TrainingSettings(**converted)
    settings.check()
    return settings


@dataclass(frozen=True)
class TrainingPaths:
    """Where a training reads and writes."""

    model: Path  # a model folder
    data: Path  # a folder with train.jsonl and perhaps valid.jsonl
    adapter: Path  # the folder to write
    start: Path | None = None  # the folder of an adapter to go on from

    @property
    def unfinished(self) -> Path:
        """The folder in which a training that is not done keeps its checkpoint and losses."""
        return self.adapter.with_name(f"{self.adapter.name}.training")
