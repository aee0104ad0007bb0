"""Runs of pytest in processes of their own, over recorded answers or a tiny model."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.model.embedded import EMBEDDED_MODEL

CHECKOUT = Path(__file__).resolve().parents[3]


class Outcome(NamedTuple):
    """How a pytest process ended."""

    code: int
    output: str
    reports: Path

    @property
    def folders(self) -> list[str]:
        """Everything in the reports folder, hidden or not, but for the answers of killed runs."""
        return sorted(
            entry.name for entry in self.reports.iterdir() if entry.name != "0001_recorded"
        )


@pytest.fixture
def reports(tmp_path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder


@pytest.fixture
def record(write_run, reports) -> Callable[..., Path]:
    """Write the run folder 0001_recorded whose answers are right but for some cases."""

    def write(missing: Iterable[str] = (), **settings):
        return write_run(reports, "recorded", missing, **settings)

    return write


def published(reports: Path) -> Path:
    """Return the one run folder of a reports folder."""
    (folder,) = (entry for entry in reports.iterdir() if entry.name.startswith("0"))
    return folder


def results(folder: Path) -> bytes:
    return (folder / "results.json").read_bytes()


def command(*arguments: str | Path, reports: Path) -> list[str]:
    words = [sys.executable, "-m", "pytest", "evals", "--reports", reports, *arguments]
    # The checkout's own cache is that of the tests that are running.
    return [*map(str, words), "-o", f"cache_dir={reports.parent / 'cache'}"]


ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_STEP_SUMMARY")
} | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def run_evals(reports, tmp_path) -> Callable[..., Outcome]:
    """Run `pytest evals` to its end; `plugin` is the source of a plugin for this run."""

    def run(*arguments: str | Path, plugin: str = "", **settings) -> Outcome:
        environment = ENVIRONMENT | {"PYTHONPATH": str(tmp_path)} | settings.pop("environment", {})
        if plugin:
            (tmp_path / "extra_plugin.py").write_text(plugin, encoding="utf-8")
            arguments = (*arguments, "-p", "extra_plugin")
        done = subprocess.run(
            command(*arguments, reports=reports),
            cwd=settings.pop("cwd", CHECKOUT),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Only so that a run that hangs ends: a busy machine is slow.
            timeout=900,
            **settings,
        )
        return Outcome(done.returncode, done.stdout, reports)

    return run


@pytest.fixture
def stop_after(run_evals):
    """Run `pytest evals`; it sends itself a signal once so many answers are on the disk."""

    def run(lines: int, how: int, *arguments: str | Path) -> Outcome:
        plugin = (
            "import os, signal\n"
            # What runs in the background of a shell inherits that Ctrl-C is ignored.
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "from evals.ask.store import AnswerStore\n"
            "add = AnswerStore.add\n"
            "def stopping(store, answer):\n"
            f"    if store.path.read_bytes().count(b'\\n') == {lines}:\n"
            f"        os.kill(os.getpid(), {int(how)})\n"
            "    add(store, answer)\n"
            "AnswerStore.add = stopping\n"
        )
        return run_evals(*arguments, plugin=plugin)

    return run


@pytest.fixture(scope="session")
def ask_once(tmp_path_factory):
    """Run `pytest evals` without any trouble; return the run folder."""

    def run(*arguments: str | Path) -> Path:
        reports = tmp_path_factory.mktemp("unbroken") / "reports"
        done = subprocess.run(
            command(*arguments, reports=reports),
            cwd=CHECKOUT,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout
        return published(reports)

    return run


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    """A llama with random weights and the embedded model's tokenizer: real, and quick to ask."""
    import mlx.core as mx
    from mlx_lm.models import llama
    from mlx_lm.utils import save_config, save_model

    folder = tmp_path_factory.mktemp("models") / "tiny"
    folder.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        if (EMBEDDED_MODEL / name).exists():
            shutil.copy(EMBEDDED_MODEL / name, folder / name)
    config = {
        "model_type": "llama",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "intermediate_size": 128,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "rms_norm_eps": 1e-5,
        "vocab_size": 49152,
        "max_position_embeddings": 1024,
        "tie_word_embeddings": True,
        "eos_token_id": 2,
    }
    mx.random.seed(7)
    model = llama.Model(llama.ModelArgs.from_dict(config))
    mx.eval(model.parameters())
    save_model(folder, model)
    save_config(config, folder / "config.json")
    return folder
