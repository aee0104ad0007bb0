"""Builds of a tiny 4-bit Qwen2, of the kind of the 32B model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.build.record import BuildRecord
from pipeline.cli import main
from tests.integration.tiny_qwen2 import write_tiny_qwen2

CALL = (
    "<tool_call><function=execute_code>\n<parameter=code>\nprint(git_status('part{}').clean)\n"
    "</parameter>\n</function></tool_call>"
)


def write_rows(file: Path, numbers: range, preamble: str = "") -> None:
    rows = [
        {
            "messages": [
                {"role": "system", "content": "You call tools."},
                {"role": "user", "content": f"Is part {number} of the orchard untouched?"},
                {"role": "assistant", "content": preamble + CALL.format(number)},
            ]
        }
        for number in numbers
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="session")
def place(tmp_path_factory) -> Path:
    """A folder with the model `base` and the data `data`, whose rows talk before they call."""
    place = tmp_path_factory.mktemp("build")
    write_tiny_qwen2(place / "base")
    (place / "data").mkdir()
    write_rows(place / "data" / "train.jsonl", range(6), "Let me look. ")
    write_rows(place / "data" / "valid.jsonl", range(6, 8))
    return place


PROFILE = """
base = "{place}/base"
data = "{place}/data"
keep = {keep}
workers = {workers}
start = "{start}"
[train]
batch_size = {workers}
iterations = {iterations}
learning_rate = 0.01
report_every = 2
save_every = 2
evaluate_every = 100
[clean]
fixers = {fixers}
[quantize]
bits = {bits}
[fidelity]
rows = 2
[evaluate]
max_tokens = 2
"""


class Builds(NamedTuple):
    """Writes profiles and builds them in one folder."""

    place: Path
    folder: Path

    def profile(self, **changes: object) -> Path:
        wanted = {"keep": [], "iterations": 4, "bits": 5, "fixers": ["preambles"], "workers": 1}
        wanted |= {"start": ""} | changes
        file = self.folder.parent / "mine.toml"
        file.write_text(PROFILE.format(place=self.place, **wanted), encoding="utf-8")
        return file

    def words(self, *arguments: str, **changes: object) -> list[str]:
        words = ["build", "--profile", self.profile(**changes), "-o", self.folder]
        words += ["--reports", self.folder.parent / "reports", *arguments]
        return list(map(str, words))

    def run(self, *arguments: str, **changes: object) -> int:
        return main(self.words(*arguments, **changes))

    @property
    def record(self) -> BuildRecord:
        return BuildRecord.model_validate_json((self.folder / "build.json").read_bytes())


@pytest.fixture
def builds(place, tmp_path) -> Builds:
    return Builds(place, tmp_path / "mine")


@pytest.fixture
def plan_of(builds, capfd) -> Callable[..., dict[str, str]]:
    """What a dry run says of each stage."""

    def plan(*arguments: str, **changes: object) -> dict[str, str]:
        capfd.readouterr()
        assert builds.run("--dry-run", *arguments, **changes) == 0
        lines = capfd.readouterr().out.splitlines()
        return {line.split()[0]: line.split(maxsplit=1)[1] for line in lines}

    return plan
