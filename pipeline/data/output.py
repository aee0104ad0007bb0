"""Where the cleaner's output goes, and how it appears whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from fixtures import CallgateError


def check_places(source: Path, out: Path) -> None:
    """Refuse an output that exists, lies inside the data or has no folder to stand in."""
    if out.exists() or out.is_symlink():
        raise CallgateError(f"{out}: exists already; nothing is overwritten")
    if not out.parent.is_dir():
        raise CallgateError(f"{out.parent}: no such folder")
    if source.is_dir():
        if source.resolve() in out.resolve().parents:
            raise CallgateError(f"{out}: lies inside the data {source}")
    elif out.suffix != source.suffix:
        raise CallgateError(f"{out}: the data is a file, so the output must be a {source.suffix}")
    else:
        for path in side_files(out):
            if path.exists():
                raise CallgateError(f"{path}: exists already; nothing is overwritten")


def check_rejects(rejects: Path, out: Path) -> None:
    """Refuse a file for rejected lines that exists, has no folder, or is part of the output."""
    if rejects.exists() or rejects.is_symlink():
        raise CallgateError(f"{rejects}: exists already; nothing is overwritten")
    if not rejects.parent.is_dir():
        raise CallgateError(f"{rejects.parent}: no such folder")
    place = rejects.resolve()
    if place in (out.resolve(), *(path.resolve() for path in side_files(out))):
        raise CallgateError(f"{rejects}: is where the result goes")


def side_files(out: Path, *, folder: bool = False) -> tuple[Path, Path]:
    """Return where change log and manifest stand: beside an output file, in an output folder."""
    if folder:
        return out / "changes.jsonl", out / "manifest.json"
    return out.with_suffix(".changes.jsonl"), out.with_suffix(".manifest.json")


@contextmanager
def scratch_folder(out: Path) -> Iterator[Path]:
    """Yield a new folder beside `out`, gone afterwards whatever happens, unless it was renamed."""
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        umask = os.umask(0)
        os.umask(umask)
        folder.chmod(0o777 & ~umask)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_synced(path: Path, stack: ExitStack) -> BinaryIO:
    """Open a file for writing that is on the disk, and closed, when the stack unwinds."""
    file = stack.enter_context(path.open("wb"))
    stack.callback(_sync, file)
    return file


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def move_all(moves: list[tuple[Path, Path]]) -> None:
    """Rename files, the last of them last; when one fails, those before it are taken away."""
    done: list[Path] = []
    try:
        for source, target in moves:
            source.rename(target)
            done.append(target)
    except BaseException:
        for target in done:
            target.unlink(missing_ok=True)
        raise
