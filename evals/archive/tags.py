"""Tags: names that people give to runs, kept in reports/tags.json."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from fixtures import CallgateError
from pipeline.files import write_atomic

from ..record import Record, read_record

LATEST = "latest"
BASELINE = "baseline"
PRODUCTION = "production"

_TAG = re.compile(r"[a-z][a-z0-9._-]*")


class Tags(Record):
    """tags.json: the run folder that each tag means."""

    schema_version: Literal[1] = 1
    tags: dict[str, str] = Field(default_factory=dict)

    def of_run(self, run: str) -> tuple[str, ...]:
        """Return the tags of a run folder, by its name."""
        return tuple(sorted(tag for tag, name in self.tags.items() if name == run))

    def changed(self, changes: Mapping[str, str | None]) -> "Tags":
        """Return the tags after some were set, or removed where the run is None."""
        after = self.tags | {tag: run for tag, run in changes.items() if run is not None}
        return Tags(tags={tag: run for tag, run in after.items() if changes.get(tag, run)})


def _path(reports: Path) -> Path:
    return reports / "tags.json"


def check_tag(tag: str) -> str:
    """Return a tag that is fit to be one; raises CallgateError."""
    if not _TAG.fullmatch(tag):
        raise CallgateError(f"tag {tag!r}: lower-case letters, digits, . _ -, a letter first")
    if tag == LATEST:
        raise CallgateError(f"tag {LATEST!r}: always means the run with the highest number")
    return tag


def read_tags(reports: Path) -> Tags:
    """Read the tags of a reports folder, none if there is no file; raises CallgateError."""
    return read_record(_path(reports), Tags, advice="; mend or remove it", absent=Tags())


def write_tags(reports: Path, tags: Tags) -> None:
    """Write the tags of a reports folder."""
    write_atomic(_path(reports), tags.model_dump_json(indent=2) + "\n")
