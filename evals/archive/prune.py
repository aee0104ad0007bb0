"""Freeing disk: which runs and intermediates may go, and removing them."""

import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError

from ..decide.manifest import read_manifest
from ..report.run_folder import UNFINISHED

# A staging folder this old belongs to no run that still goes on.
_STALE_SECONDS = 24 * 3600

_PRUNED = ".pruned-"
_LEFT_BEHIND = (".staging-", ".probe-", _PRUNED)

# What training leaves beside a quantized model: `fused` is made again from the adapter.
QUANTIZED_FOLDER = "5bit"
FUSED_FOLDER = "fused"


class Removal(NamedTuple):
    """Something that pruning would remove: its size in bytes, and what it is."""

    path: Path
    size: int
    what: str


class Kept(NamedTuple):
    """A run that pruning leaves although it is old, and why."""

    path: Path
    why: str


def folder_size(folder: Path) -> int:
    """Return the bytes of the files in a folder, those of links not counted."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files)


def old_runs(
    runs: Sequence[Path], tagged: Collection[str], keep: int
) -> tuple[list[Removal], list[Kept]]:
    """Choose all but the latest `keep` runs; those that are tagged stay whatever their age."""
    if keep < 0:
        raise ValueError("keep must be at least 0")
    old = runs[: max(len(runs) - keep, 0)]
    removals = [Removal(run, folder_size(run), "old run") for run in old if run.name not in tagged]
    return removals, [Kept(run, "tagged") for run in old if run.name in tagged]


def intermediates(
    reports: Path, runs: Sequence[Path], tagged: Collection[str], checkout: Path
) -> list[Removal]:
    """Find answers of broken-off runs, forgotten staging folders, and fused models.

    The fused model beside the model of a tagged run stays.
    """
    found = []
    stale = time.time() - _STALE_SECONDS
    left = [*(reports / UNFINISHED).glob("*")]
    left += [folder for prefix in _LEFT_BEHIND for folder in reports.glob(f"{prefix}*")]
    for folder in sorted(left):
        if folder.is_dir() and _last_change(folder) < stale:
            found.append(Removal(folder, folder_size(folder), "left by a broken-off run"))
    models = {run.name: model for run in runs for model in _quantized_model(run, checkout)}
    needed = {model for name, model in models.items() if name in tagged}
    for model in sorted(set(models.values()) - needed):
        fused = model.with_name(FUSED_FOLDER)
        if fused.is_dir() and not fused.is_symlink():
            found.append(Removal(fused, folder_size(fused), "fused model"))
    return found


def _last_change(folder: Path) -> float:
    return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))


def _quantized_model(run: Path, checkout: Path) -> Iterator[Path]:
    try:
        model = checkout / read_manifest(run / "manifest.json").model_folder
    except CallgateError:
        return
    if model.name == QUANTIZED_FOLDER:
        yield model


def remove(folder: Path) -> None:
    """Remove a folder so that it is there whole or not at all; raises OSError."""
    hidden = Path(tempfile.mkdtemp(prefix=_PRUNED, dir=folder.parent))
    folder.rename(hidden / folder.name)
    shutil.rmtree(hidden)
