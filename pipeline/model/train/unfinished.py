"""The folder of a training that is not done: locked, and of one training alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fixtures import CallgateError
from fixtures.validation import read_json

from ...files import write_atomic
from . import checkpoint, losses
from .manifest import Identity

IDENTITY = "identity.json"
_LOCK = ".lock"


@contextmanager
def unfinished_folder(folder: Path, identity: Identity, *, restart: bool) -> Iterator[None]:
    """Hold the folder for a training: empty, or with the checkpoint of one of the same identity.

    Raises CallgateError when another process holds it, or it is of another training and `restart`
    does not throw that away.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / _LOCK, timeout=0):
            _make_ready(folder, identity, restart=restart)
            yield
    except Timeout:
        raise CallgateError(f"{folder}: another process is training there: wait for it") from None


def _make_ready(folder: Path, identity: Identity, *, restart: bool) -> None:
    # What a kill left half-written.
    for leftover in folder.glob(".*.*.*"):
        leftover.unlink()
    file = folder / IDENTITY
    if file.is_file() and not restart:
        found = read_json(file, Identity, f"delete {folder} to train from the beginning")
        if differences := identity.differences(found):
            raise CallgateError(
                f"{folder}: an unfinished training of other things lies there "
                f"({'; '.join(differences)}): ask for the same again to go on with it, or "
                "--restart to throw it away"
            )
        return
    (folder / checkpoint.NAME).unlink(missing_ok=True)
    (folder / losses.NAME).unlink(missing_ok=True)
    write_atomic(file, identity.model_dump_json(indent=2))
