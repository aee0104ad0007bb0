"""Run folders: reports/0001_name, complete or absent."""

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fixtures import CallgateError
from pipeline.files import write_atomic

from ..ask.answer import Answer
from ..decide.manifest import Manifest
from ..decide.results import Results

UNFINISHED = ".unfinished"

_NUMBERED = re.compile(r"(\d{4,})_")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def run_name(wish: str) -> str:
    """Return a name fit for a folder; raises CallgateError when nothing is left of it."""
    name = _NOT_IN_NAMES.sub("-", wish).strip("-.")
    if not name:
        raise CallgateError(f"the run name {wish!r} holds no letter or digit")
    return name


def check_writable(reports: Path) -> None:
    """Raise CallgateError unless folders can be made in `reports`, which is made if absent."""
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".probe-", dir=reports):
            pass
    except OSError as problem:
        raise CallgateError(
            f"{reports}: no run folder can be written there: {problem.strerror}; "
            "free it or choose another with --reports DIR"
        ) from problem


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def make_staging(reports: Path) -> Path:
    """Return a new hidden folder in which the files of a run gather before it has a number.

    Folders of processes that were killed are removed: nothing in them is of use to anyone.
    """
    for left in reports.glob(".staging-*"):
        if not _is_running(left.name.split("-")[1]):
            discard(left)
    return Path(tempfile.mkdtemp(prefix=f".staging-{os.getpid()}-", dir=reports))


def _numbers(reports: Path) -> list[int]:
    matches = (_NUMBERED.match(entry.name) for entry in reports.iterdir())
    return [int(match[1]) for match in matches if match]


def publish(
    staging: Path,
    reports: Path,
    manifest: Manifest,
    results: Results,
    answers: Sequence[Answer],
) -> Path:
    """Write the files of a run into `staging` and give it the next number; return the folder.

    A rename is the only step that makes the run visible. Raises OSError when the disk is full.
    """
    lines = b"".join(answer.model_dump_json().encode() + b"\n" for answer in answers)
    write_atomic(staging / "answers.jsonl", lines)
    write_atomic(staging / "results.json", results.model_dump_json(indent=2) + "\n")
    write_atomic(staging / "manifest.json", manifest.model_dump_json(indent=2) + "\n")
    staging.chmod(0o755)
    number = max(_numbers(reports), default=0)
    while True:
        number += 1
        target = reports / f"{number:04}_{manifest.name}"
        # Two runs that end at once may see the same last number.
        if number in _numbers(reports):
            continue
        try:
            return staging.rename(target)
        except OSError:
            if not target.exists():
                raise


def discard(folder: Path) -> None:
    """Remove a staging folder and what is in it."""
    shutil.rmtree(folder, ignore_errors=True)
