"""build.json: which stages of a build are made, from what, and what they came to."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from fixtures.validation import read_json

from ..files import write_atomic

NAME = "build.json"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Made(_Model):
    """One stage that is made: its inputs by name, and the content hash of its output."""

    inputs: dict[str, str]
    output: str
    fingerprint: str
    said: str  # what it came to, in one line
    seconds: float
    deleted: bool = False  # the output was removed when nothing read it any more


class BuildRecord(_Model):
    """What a build folder holds; stages in the order in which they are made."""

    schema_version: Literal[1] = 1
    stages: dict[str, Made] = {}

    def with_stage(self, name: str, made: Made | None) -> "BuildRecord":
        """Return the record with a stage put in or, for None, taken out."""
        stages = {**self.stages}
        if made is None:
            stages.pop(name, None)
        else:
            stages[name] = made
        return self.model_copy(update={"stages": stages})


def read_record(folder: Path) -> BuildRecord | None:
    """Return what a build folder records, None for a folder without; raises CallgateError."""
    file = folder / NAME
    if not file.is_file():
        return None
    return read_json(file, BuildRecord, f"delete {folder} to build from the beginning")


def write_record(folder: Path, record: BuildRecord) -> None:
    """Write build.json whole."""
    write_atomic(folder / NAME, record.model_dump_json(indent=2) + "\n")
