"""The manifest of a run: all that is needed to know what was asked, of what, and where."""

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import Field

from ..ask.answer import Sampling
from ..ask.session import EngineRecord
from ..record import Record, read_record

_PACKAGES = (
    "callgate",
    "mlx",
    "mlx-lm",
    "transformers",
    "tokenizers",
    "cmeel-openblas",
    "pytest",
    "pytest-xdist",
    "pytest-html",
    "pydantic",
)


class GitState(Record):
    """The checkout that asked: its commit, and whether files differ from it."""

    commit: str
    dirty: bool


class GateRecord(Record):
    """The gate that was applied; `passed` is None when cases were missing or the gate was off."""

    policy: str
    passed: bool | None
    failures: tuple[str, ...]
    not_judged: tuple[str, ...]


class Manifest(Record):
    """manifest.json of a run folder; of schema 2 where tokens were drawn, else of schema 1."""

    schema_version: Literal[1, 2] = 1
    name: str
    created: str
    command: tuple[str, ...]
    git: GitState | None
    python: str
    platform: str
    cores: int
    versions: dict[str, str]
    model_folder: str
    model_fingerprint: str
    suite_sha256: str
    suite_cases: int
    judge_version: int
    system_prompt: str
    sampling: Sampling
    repeats: int = Field(default=1, ge=1, exclude_if=lambda repeats: repeats == 1)
    engine: EngineRecord | None
    selected: tuple[str, ...]
    workers: int
    gate: GateRecord
    replay_of: str | None


def git_state(folder: Path) -> GitState | None:
    """Return the state of the checkout at `folder`, or None where there is no git or no commit."""
    try:
        commit = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.strip()
        status = subprocess.run(
            ["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return GitState(commit=commit, dirty=bool(status.strip()))


def installed_versions(packages: Sequence[str] = _PACKAGES) -> dict[str, str]:
    """Return the versions of the packages that are installed, by name."""
    found = {}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def machine() -> dict[str, str | int]:
    """Return the fields of a manifest that tell of this machine."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count() or 1,
    }


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; raises CallgateError naming the file and the field."""
    return read_record(path, Manifest)
