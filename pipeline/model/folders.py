"""Writing folders so that they are complete or absent, and clearing what a kill left."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

_BEING_MADE = ".part-"
_BEING_REPLACED = ".old-"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked_parent(parent: Path) -> Iterator[None]:
    """Make the folder and hold its lock, so that one process at a time makes folders in it.

    The lock goes when its process dies; folders that it was making are removed by the next one.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with FileLock(parent / ".callgate.lock"):
        for mark in (_BEING_MADE, _BEING_REPLACED):
            for leftover in parent.glob(f".*{mark}*"):
                shutil.rmtree(leftover, ignore_errors=True)
        yield


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder` that takes its name, and its place, on success.

    On any exception it is removed and `folder` stays as it was. Call inside `locked_parent`.
    """
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_BEING_MADE}", dir=folder.parent))
    try:
        part.chmod(0o755)
        yield part
        for file in part.rglob("*"):
            _sync(file)
        _sync(part)
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_BEING_REPLACED}", dir=part.parent))
            folder.rename(old / folder.name)
            part.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            part.rename(folder)
        _sync(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
