"""Finished adapters that need not be trained again: those that the same training made."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from pydantic import ValidationError

from ..files import sha256_of_file
from ..model.adapter import CONFIG, WEIGHTS, read_adapter
from ..model.folders import atomic_folder, locked_parent
from ..model.train.manifest import NAME, AdapterManifest, Identity, TrainedOn
from ..model.train.settings import TrainingSettings

if TYPE_CHECKING:
    import mlx.core as mx

# They decide what is told of a training and how often it is saved, and nothing of its weights.
_TOLD = frozenset(("report_every", "evaluate_every", "evaluate_batches", "save_every"))


def deciding_settings(settings: TrainingSettings) -> dict[str, str]:
    """Return the settings that decide the weights, as text."""
    return {name: repr(value) for name, value in settings.as_dict().items() if name not in _TOLD}


def wanted_identity(
    base_fingerprint: str,
    data: Path,
    settings: TrainingSettings,
    workers: int = 1,
    start: Path | None = None,
) -> Identity:
    """Return the identity of a training; the rows are not counted."""
    files = [data / "train.jsonl", data / "valid.jsonl"]
    return Identity(
        base_fingerprint=base_fingerprint,
        data=tuple(
            TrainedOn(name=file.name, sha256=sha256_of_file(file), rows=0)
            for file in files
            if file.is_file()
        ),
        settings=settings.as_dict(),
        workers=workers,
        start=read_adapter(start).fingerprint if start else None,
    )


def differences(wanted: Identity, found: Identity) -> list[str]:
    """Return a phrase for each thing that decides the weights and in which the two differ."""

    def weighed(identity: Identity) -> Identity:
        settings = {k: v for k, v in identity.settings.items() if k not in _TOLD}
        data = tuple(file.model_copy(update={"rows": 0}) for file in identity.data)
        return identity.model_copy(update={"settings": settings, "data": data})

    return weighed(wanted).differences(weighed(found))


def identity_of_adapter(folder: Path) -> Identity | None:
    """Return what made an adapter, None for a folder that does not say."""
    try:
        return AdapterManifest.model_validate_json((folder / NAME).read_bytes()).identity
    except (OSError, ValidationError):
        return None


class Search(NamedTuple):
    """What was found: an adapter, else the nearest one and in what it differs."""

    adapter: Path | None
    nearest: str


def find_adapter(folders: Iterable[Path], wanted: Identity) -> Search:
    """Look for an adapter that the wanted training would end with; the first one is taken."""
    nearest: tuple[list[str], Path] | None = None
    for folder in folders:
        found = identity_of_adapter(folder)
        if found is None:
            continue
        phrases = differences(wanted, found)
        if not phrases:
            return Search(folder, "")
        if nearest is None or len(phrases) < len(nearest[0]):
            nearest = phrases, folder
    if nearest is None:
        return Search(None, "none says what made it")
    return Search(None, f"the nearest, {nearest[1].name}, has {', '.join(nearest[0])}")


def copy_adapter(source: Path, target: Path) -> None:
    """Copy an adapter's files into the new folder `target`, whole or not at all."""
    with locked_parent(target.parent), atomic_folder(target) as part:
        for file in sorted(source.iterdir()):
            if file.is_file():
                shutil.copyfile(file, part / file.name)


def carry_adapter(source: Path, target: Path, base: str) -> int:
    """Write an adapter in float16, small enough for a repository; return its bytes.

    `base` is what it shall call its base model: the folder of one machine means nothing on others.
    Raises CallgateError when `target` is no adapter that could be replaced.
    """
    from ..model.folder import read_json_object
    from ..model.loading import quiet_imports

    if target.exists():
        read_adapter(target)
    with quiet_imports():
        import mlx.core as mx
    arrays = cast("dict[str, mx.array]", mx.load(str(source / WEIGHTS)))
    with locked_parent(target.parent), atomic_folder(target) as part:
        for file in sorted(source.iterdir()):
            if file.is_file() and file.name not in (CONFIG, WEIGHTS):
                shutil.copyfile(file, part / file.name)
        half = {name: array.astype(mx.float16) for name, array in arrays.items()}
        mx.save_safetensors(str(part / WEIGHTS), half)
        config = read_json_object(source / CONFIG) | {"model": base}
        (part / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return sum(file.stat().st_size for file in target.iterdir())
