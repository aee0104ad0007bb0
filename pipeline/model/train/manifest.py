"""train.json: what an adapter was made from, so that another person can make it again."""

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from fixtures.validation import read_json

from ...files import sha256_of_file
from ..adapter import read_adapter
from ..folder import model_fingerprint
from .losses import Report
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

    schema_version: Literal[1] = 1
    base_fingerprint: str  # see model_fingerprint
    data: tuple[TrainedOn, ...]
    settings: dict[str, Any]
    workers: int
    start: str | None = None  # the fingerprint of the adapter it began with

    def differences(self, other: "Identity") -> list[str]:
        """Return a phrase for each thing in which another identity differs."""
        # A setting that did not exist yet did what its default does.
        mine, others = self.settings, TrainingSettings().as_dict() | other.settings
        phrases = [
            f"{name} {others[name]!r} instead of {value!r}"
            for name, value in mine.items()
            if others[name] != value
        ]
        if self.base_fingerprint != other.base_fingerprint:
            phrases.append("another base model")
        if self.data != other.data:
            phrases.append("other data")
        if self.start != other.start:
            phrases.append("another adapter to start from")
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
    start: "AdapterManifest | None" = None  # of the adapter it began with


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
        start=read_adapter(paths.start).fingerprint if paths.start else None,
    )


def manifest_in(folder: Path) -> AdapterManifest | None:
    """Return what made an adapter; None where mlx-lm alone did. Raises CallgateError."""
    file = folder / NAME
    if not file.is_file():
        return None
    return read_json(file, AdapterManifest, "train the adapter again")


def manifest_of(
    identity: Identity,
    reports: Sequence[Report],
    *,
    base: str,
    device: str,
    start: AdapterManifest | None = None,
) -> AdapterManifest:
    """Return the manifest of a training that is done, from the reports of its course."""
    trained = [report.train_loss for report in reports if report.train_loss is not None]
    valid = [report.valid_loss for report in reports if report.valid_loss is not None]
    last = reports[-1]
    return AdapterManifest(
        base=base,
        identity=identity,
        tokens=last.tokens,
        counted_tokens=last.counted_tokens,
        seconds=round(last.seconds, 1),
        peak_bytes=max(report.peak_bytes for report in reports),
        train_loss=trained[-1],
        valid_loss=valid[-1] if valid else None,
        versions=versions(),
        device=device,
        start=start,
    )


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    return {name: importlib.metadata.version(name) for name in ("mlx", "mlx-lm")}
