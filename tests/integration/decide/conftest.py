"""A reports folder of its own for each test, and the commands over it."""

import resource
from pathlib import Path

import pytest

from pipeline.cli import main


def seconds_of_children() -> float:
    """Seconds that ended child processes computed: waiting for other processes is not in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture
def reports(tmp_path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def run(write_run, reports):
    """Write a run folder into the reports folder of this test."""

    def write(*arguments, **settings) -> Path:
        return write_run(reports, *arguments, **settings)

    return write


@pytest.fixture
def of(suite):
    """Return the cases of a category or group."""

    def named(name: str) -> list[str]:
        return [case.id for case in suite.cases if name in case.markers]

    return named


@pytest.fixture
def callgate(capsys, reports):
    """Run a command over the reports folder; return its exit code and what it printed."""

    def call(*words) -> tuple[int, str]:
        code = main([*map(str, words), "--reports", str(reports)])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call
