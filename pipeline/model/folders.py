"""Writing folders so that they are complete or absent, and clearing what a kill left."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fixtures import CallgateError

_BEING_MADE = ".part-"
_BEING_REPLACED = ".old-"
_SECONDS_OF_SILENCE = 1.0


def check_output(target: Path, sources: Iterable[Path]) -> None:
    """Raise CallgateError when the output exists or lies inside a folder that it is made from."""
    if target.exists() or target.is_symlink():
        raise CallgateError(f"{target} exists already: remove it, or choose another --out")
    for source in sources:
        if source.resolve() in target.resolve().parents:
            raise CallgateError(f"{target} lies inside {source}: choose another --out")


def megabytes(size: float) -> str:
    """Return bytes as a person reads them: `0.2 MB`, `270 MB`, `65,530 MB`."""
    return f"{size / 1e6:.1f} MB" if size < 1e7 else f"{size / 1e6:,.0f} MB"


def check_space(folder: Path, wanted: float, work: str) -> None:
    """Raise CallgateError, naming both sizes, unless the folder's disk has the bytes wanted."""
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise CallgateError(
            f"{folder} has {megabytes(free)} free; {work} needs about {megabytes(wanted)}: "
            "free space, or choose another --out"
        )


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
    Waits for another process that has it, and says so.
    """
    parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(parent / ".callgate.lock")
    try:
        lock.acquire(timeout=_SECONDS_OF_SILENCE)
    except Timeout:
        print(f"waiting for another callgate that makes a folder in {parent}", file=sys.stderr)
        lock.acquire()
    try:
        for mark in (_BEING_MADE, _BEING_REPLACED):
            for leftover in parent.glob(f".*{mark}*"):
                shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextmanager
def held_by(work: str, folder: Path) -> Iterator[None]:
    """Make the folder and hold it for `work` ("build"); raises CallgateError where one has it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f".callgate.{work}.lock", timeout=0):
            yield
    except Timeout:
        raise CallgateError(f"{folder}: another {work} is at work there: wait for it") from None


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
