"""train.json: what an adapter was made from, so that another person can make it again."""

import importlib.metadata
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from ...files import sha256_of_file
from ..folder import model_fingerprint
from .settings import TrainingPaths, TrainingSettings

NAME = "train.json"
SCHEMA_VERSION = 1


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TrainedOn(_Model):
    """One file of the data."""

    name: str
    sha256: str
    rows: int


class Identity(_Model):
    """What decides the weights: two trainings of the same identity end with the same adapter."""

    base_fingerprint: str  # see model_fingerprint
    data: tuple[TrainedOn, ...]
    settings: dict[str, Any]
    workers: int

    def differences(self, other: "Identity") -> list[str]:
        """Return a phrase for each thing in which another identity differs."""
        mine, others = self.settings, other.settings
        phrases = [
            f"{name} {others.get(name)!r} instead of {value!r}"
            for name, value in mine.items()
            if others.get(name) != value
        ]
        if self.base_fingerprint != other.base_fingerprint:
            phrases.append("another base model")
        if self.data != other.data:
            phrases.append("other data")
        if self.workers != other.workers:
            phrases.append(f"{other.workers} workers instead of {self.workers}")
        return phrases


class AdapterManifest(_Model):
    """train.json of a finished adapter."""

    schema_version: int = SCHEMA_VERSION
    base: str  # the base model's folder name
    identity: Identity
    tokens: int  # read by the model
    counted_tokens: int  # that the loss was computed on
    seconds: float  # of training, validation losses apart
    peak_bytes: int
    train_loss: float  # of the last report
    valid_loss: float | None
    versions: dict[str, str]
    device: str


def identity_of(
    paths: TrainingPaths, settings: TrainingSettings, rows: dict[Path, int], workers: int
) -> Identity:
    """Return the identity of a training that is about to start; `rows` counts rows by file."""
    return Identity(
        base_fingerprint=model_fingerprint(paths.model),
        data=tuple(
            TrainedOn(name=file.name, sha256=sha256_of_file(file), rows=count)
            for file, count in rows.items()
        ),
        settings=settings.as_dict(),
        workers=workers,
    )


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    return {name: importlib.metadata.version(name) for name in ("mlx", "mlx-lm")}
