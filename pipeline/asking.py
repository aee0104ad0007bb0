"""Asking a model the cases and holding the gate, in processes of their own."""

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError

from .files import CHECKOUT, sha256_of_file
from .model.folder import read_json_object

# What the judge says of an answer changes with this file's JUDGE_VERSION.
_JUDGE = CHECKOUT / "evals" / "judge" / "judge.py"


class AskingFailed(CallgateError):  # noqa: N818 - said of the asking, not of an exception
    """A child process that ended badly: it has said why itself."""


class Passes(NamedTuple):
    """How many of the cases of a run passed strictly."""

    strict: int
    cases: int


def judge_fingerprint() -> str:
    """Return the content hash of what says which version the judge is of."""
    return sha256_of_file(_JUDGE)


def _run(words: Sequence[str], log: Path | None = None) -> int:
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb")) if log else None
        return subprocess.run(
            [sys.executable, *words], cwd=CHECKOUT, stdout=output, check=False
        ).returncode


@dataclass(frozen=True)
class Asking:
    """Which model to ask all cases, under which name, and where the run and its output go."""

    model: Path
    model_fingerprint: str
    name: str
    reports: Path
    max_tokens: int
    log: Path | None = None  # None: the output goes where ours goes


def _runs_of(asking: Asking) -> list[Path]:
    """Return the run folders that asked that model all cases, oldest first."""
    found = []
    for manifest in sorted(asking.reports.glob("*/manifest.json")):
        content = read_json_object(manifest)
        of_model = content.get("model_fingerprint") == asking.model_fingerprint
        if of_model and len(content["selected"]) == content["suite_cases"]:
            found.append(manifest.parent)
    return found


def ask_cases(asking: Asking) -> Path:
    """Ask a model all cases with `pytest evals` and return the new run folder.

    A killed run goes on from its answers. Raises CallgateError when there is no run at the end.
    """
    before = set(_runs_of(asking))
    words = ["-m", "pytest", "evals", "--model", str(asking.model), "--run-name", asking.name]
    words += ["--reports", str(asking.reports), "--max-tokens", str(asking.max_tokens)]
    code = _run([*words, "--gate", "off", "-p", "no:cacheprovider"], asking.log)
    new = [run for run in _runs_of(asking) if run not in before]
    if code or not new:
        raise AskingFailed(
            f"asking the cases ended with code {code} (its output: {asking.log or 'above'}); the "
            "same command goes on from the answers that are kept"
        )
    return new[-1]


def passes_of(run: Path) -> Passes:
    """Return how many cases of a run folder passed."""
    summary = read_json_object(run / "results.json")["summary"]
    return Passes(summary["strict"], summary["cases"])


def _callgate(*words: str) -> int:
    return _run(["-c", f"import sys; from pipeline.cli import main; sys.exit(main({words!r}))"])


def compare_runs(before: Path, after: Path) -> int:
    """Print what changed from one run to another and return the exit code of `callgate compare`."""
    return _callgate("compare", str(before), str(after))


def hold_gate(run: Path, policy: str, reports: Path) -> int:
    """Print the verdict over a run and return the exit code of `callgate gate`."""
    return _callgate("gate", str(run), "--policy", policy, "--reports", str(reports))
