"""One build: what a command line asks for, where its outputs go, and the data by its content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fixtures import CallgateError

from ..files import sha256_of_file
from .profile import Model, Profile

AUDIT, CLEAN, START, TRAIN, FUSE = "audit", "clean", "start", "train", "fuse"
QUANTIZE, FIDELITY, EVALUATE, GATE = "quantize", "fidelity", "evaluate", "gate"
STAGES = (AUDIT, CLEAN, START, TRAIN, FUSE, QUANTIZE, FIDELITY, EVALUATE, GATE)

SPLITS = ("train.jsonl", "valid.jsonl")


@dataclass(frozen=True)
class Build:
    """What a command line asks for: a profile and where its outputs go.

    `adapter` is a finished adapter to take instead of training; `adapters` a folder in which one
    that the same training made may lie.
    """

    name: str
    profile: Profile
    folder: Path
    reports: Path
    base_fingerprint: str
    seed: int | None = None
    adapter: Path | None = None
    adapters: Path | None = None
    keep_all: bool = False
    restart: bool = False
    force: bool = False

    @property
    def allows_errors(self) -> bool:
        """Whether data is trained on though the audit finds errors in it."""
        return self.force or self.profile.audit.errors == "allow"

    @property
    def source(self) -> Path:
        """The data as it came."""
        return Path(self.profile.data)

    @property
    def data(self) -> Path:
        """The data that is trained on."""
        return self.folder / "data" if self.profile.clean.fixers else self.source

    @property
    def start(self) -> Path | None:
        """The adapter that the training goes on from, where the profile names one."""
        return self.folder / START / "adapter" if self.profile.start else None

    def model(self, which: Model) -> Path:
        """Return the folder of a model."""
        if which == "fused":
            return self.folder / "fused"
        return self.folder / f"{self.profile.quantize.bits}bit"


def data_hashes(folder: Path) -> dict[str, str]:
    """Return the content hash of each file of a data set by its name; raises CallgateError."""
    if not (folder / SPLITS[0]).is_file():
        raise CallgateError(f"{folder}: holds no {SPLITS[0]}")
    files = [folder / name for name in SPLITS]
    return {f"data {file.name}": sha256_of_file(file) for file in files if file.is_file()}


def hash_of_data(folder: Path) -> str:
    """Return one hash over the files of a data set; raises CallgateError."""
    total = hashlib.sha256()
    for name, digest in data_hashes(folder).items():
        total.update(f"{name}\0{digest}\n".encode())
    return total.hexdigest()


def data_inputs(build: Build) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return how a stage names the data that it reads: by its hashes, or by the stage before."""
    return ({}, (CLEAN,)) if build.profile.clean.fixers else (data_hashes(build.source), ())


def is_file(file: Path, fingerprint: str) -> bool:
    """Return whether a file is there with the recorded content."""
    return file.is_file() and sha256_of_file(file) == fingerprint
