"""Runs of pytest in processes of their own, over recorded answers or a tiny model."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from evals.ask.answer import Answer, Sampling
from evals.decide.manifest import GateRecord, Manifest
from fixtures import load_reference_answers, load_suite
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


@pytest.fixture(scope="session")
def suite():
    return load_suite()


@pytest.fixture(scope="session")
def right_answers(suite) -> dict[str, tuple[str, ...]]:
    return {answer.case: answer.turns for answer in load_reference_answers(suite)}


@pytest.fixture
def reports(tmp_path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder


def wrong(texts: tuple[str, ...]) -> tuple[str, ...]:
    """An answer that every case misses: a call where none is wanted, none where one is."""
    return ("<tool_call>", *texts[1:]) if "<tool_call>" not in texts[0] else ("Well.", *texts[1:])


@pytest.fixture
def record(suite, right_answers, reports) -> Callable[..., Path]:
    """Write the run folder 0001_recorded whose answers are right but for some cases."""

    def write(missing: Iterable[str] = (), changed: Mapping[str, tuple[str, ...]] | None = None):
        texts = dict(right_answers)
        texts |= {case: wrong(texts[case]) for case in missing}
        texts |= changed or {}
        answers = [
            Answer(
                key=f"{case}/{turn}",
                case=case,
                turn=turn,
                prompt="<|im_start|>user",
                prompt_tokens=7,
                text=text,
                token_ids=(1, 2, 3),
                seconds=0.5,
                finish_reason="stop",
            )
            for case, turns in texts.items()
            for turn, text in enumerate(turns, 1)
        ]
        manifest = Manifest(
            name="recorded",
            created="2026-01-01T00:00:00+00:00",
            command=("pytest", "evals"),
            git=None,
            python="3.11.7",
            platform="Linux",
            cores=2,
            versions={},
            model_folder="some-model",
            model_fingerprint="f" * 64,
            suite_sha256=suite.sha256,
            suite_cases=len(suite.cases),
            judge_version=1,
            system_prompt="",
            sampling=Sampling(),
            engine=None,
            selected=tuple(texts),
            workers=0,
            gate=GateRecord(policy="deploy", passed=None, failures=(), not_judged=()),
            replay_of=None,
        )
        folder = reports / "0001_recorded"
        folder.mkdir()
        lines = "".join(answer.model_dump_json() + "\n" for answer in answers)
        (folder / "answers.jsonl").write_text(lines, encoding="utf-8")
        (folder / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")
        return folder

    return write


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
            timeout=120,
            **settings,
        )
        return Outcome(done.returncode, done.stdout, reports)

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
