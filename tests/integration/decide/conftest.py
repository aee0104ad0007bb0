"""Run folders made from judged answers, without a model: what a run would have left."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from evals.ask.answer import Answer, Sampling
from evals.decide import apply_gate, case_record, find_policy, make_results
from evals.decide.manifest import GateRecord, Manifest
from evals.judge import JUDGE_VERSION, judge
from evals.report.run_folder import make_staging, publish
from fixtures import SYSTEM_PROMPT, load_reference_answers, load_suite
from pipeline.cli import main


@pytest.fixture(scope="session")
def suite():
    return load_suite()


@pytest.fixture(scope="session")
def right_answers(suite) -> dict[str, tuple[str, ...]]:
    return {answer.case: answer.turns for answer in load_reference_answers(suite)}


def wrong(texts: tuple[str, ...]) -> tuple[str, ...]:
    """An answer that every case misses: a call where none is wanted, none where one is."""
    return ("<tool_call>", *texts[1:]) if "<tool_call>" not in texts[0] else ("Well.", *texts[1:])


@pytest.fixture(scope="session")
def judged(suite):
    """Judge an answer once, however many runs give it."""

    @cache
    def judge_once(case_id: str, texts: tuple[str, ...]):
        case = suite.case(case_id)
        return case_record(case, judge(case, texts, suite.responses))

    return judge_once


@pytest.fixture(scope="session")
def write_run(suite, right_answers, judged) -> Callable[..., Path]:
    """Write a run folder whose answers are right but for the missing cases and the changed texts.

    `manifest` overrides fields of its manifest.
    """

    def write(
        reports, name="model", missing=(), changed=None, asked=None, policy="deploy", **manifest
    ):
        reports.mkdir(parents=True, exist_ok=True)
        texts = {case: turns for case, turns in right_answers.items() if not asked or case in asked}
        texts |= {case: wrong(texts[case]) for case in missing}
        texts |= changed or {}
        answers = [
            Answer(
                key=f"{case}/{turn}",
                case=case,
                turn=turn,
                prompt=f"<|im_start|>user\n{suite.case(case).query}<|im_end|>",
                prompt_tokens=7,
                text=text,
                token_ids=(1, 2, 3),
                seconds=0.5,
                finish_reason="stop",
            )
            for case, turns in texts.items()
            for turn, text in enumerate(turns, 1)
        ]
        records = [judged(case, turns) for case, turns in texts.items()]
        results = make_results(suite, records, "f" * 64)
        gate = apply_gate(find_policy(policy), results)
        settings = {
            "name": name,
            "created": "2026-01-01T00:00:00+00:00",
            "command": ("pytest", "evals"),
            "git": None,
            "python": "3.11.7",
            "platform": "Linux",
            "cores": 2,
            "versions": {},
            "model_folder": "models/some-model/5bit",
            "model_fingerprint": "f" * 64,
            "suite_sha256": suite.sha256,
            "suite_cases": len(suite.cases),
            "judge_version": JUDGE_VERSION,
            "system_prompt": SYSTEM_PROMPT,
            "sampling": Sampling(),
            "engine": None,
            "selected": tuple(texts),
            "workers": 0,
            "gate": GateRecord(
                policy=policy,
                passed=gate.passed,
                failures=gate.failures,
                not_judged=gate.not_judged,
            ),
            "replay_of": None,
        }
        written = Manifest.model_validate(settings | manifest)
        return publish(make_staging(reports), reports, written, results, answers)

    return write


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
def ids(suite) -> list[str]:
    return [case.id for case in suite.cases]


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
