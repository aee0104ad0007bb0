"""Run folders made from judged answers, without a model: what a run would have left."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from evals.ask.answer import Answer, Sampling
from evals.decide import apply_gate, case_record, find_policy, make_results, repeated_record
from evals.decide.manifest import GateRecord, Manifest
from evals.decide.records import CaseRecord
from evals.judge import JUDGE_VERSION, judge
from evals.report.run_folder import make_staging, publish
from fixtures import SYSTEM_PROMPT, Suite, load_reference_answers, load_suite

FINGERPRINT = "f" * 64


@pytest.fixture(scope="session")
def suite():
    return load_suite()


@pytest.fixture(scope="session")
def right_answers(suite) -> dict[str, tuple[str, ...]]:
    return {answer.case: answer.turns for answer in load_reference_answers(suite)}


@pytest.fixture
def ids(suite) -> list[str]:
    return [case.id for case in suite.cases]


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


class Given(NamedTuple):
    """What a model answered: the texts of each case, `flaky` ones missed so often at first."""

    texts: dict[str, tuple[str, ...]]
    repeats: int | None
    flaky: dict[str, int]

    @property
    def schema(self) -> int:
        return 2 if self.repeats else 1

    @property
    def numbers(self) -> Sequence[int | None]:
        return range(1, self.repeats + 1) if self.repeats else (None,)

    def said(self, case: str, repeat: int | None) -> tuple[str, ...]:
        missed = repeat and repeat <= self.flaky.get(case, 0)
        return wrong(self.texts[case]) if missed else self.texts[case]


def answers_of(given: Given, suite: Suite) -> list[Answer]:
    return [
        Answer(
            schema_version=given.schema,
            key=f"{case}/{repeat}/{turn}",
            case=case,
            turn=turn,
            repeat=repeat,
            prompt=f"<|im_start|>user\n{suite.case(case).query}<|im_end|>",
            prompt_tokens=7,
            text=text,
            token_ids=(1, 2, 3),
            seconds=0.5,
            finish_reason="stop",
        )
        for case in given.texts
        for repeat in given.numbers
        for turn, text in enumerate(given.said(case, repeat), 1)
    ]


def records_of(given: Given, judged, ran: dict[str, str]) -> list[CaseRecord]:
    several = (
        [judged(case, given.said(case, repeat)) for repeat in given.numbers] for case in given.texts
    )
    records = [repeated_record(found) if len(found) > 1 else found[0] for found in several]
    return [
        record.model_copy(update={"executed": ran.get(record.id, record.executed)})
        for record in records
    ]


def settings_of(given: Given, suite: Suite) -> dict[str, object]:
    """The fields of a manifest, but for its name and gate."""
    return {
        "schema_version": given.schema,
        "created": "2026-01-01T00:00:00+00:00",
        "command": ("pytest", "evals"),
        "git": None,
        "python": "3.11.7",
        "platform": "Linux",
        "cores": 2,
        "versions": {},
        "model_folder": "models/some-model/5bit",
        "model_fingerprint": FINGERPRINT,
        "suite_sha256": suite.sha256,
        "suite_cases": len(suite.cases),
        "judge_version": JUDGE_VERSION,
        "system_prompt": SYSTEM_PROMPT,
        "sampling": Sampling(temperature=0.7 if given.repeats else 0),
        "repeats": given.repeats or 1,
        "engine": None,
        "selected": tuple(given.texts),
        "workers": 0,
        "replay_of": None,
    }


@pytest.fixture(scope="session")
def write_run(suite, right_answers, judged) -> Callable[..., Path]:
    """Write a run folder whose answers are right but for the missing cases and the changed texts.

    `ran` says how running the code of some cases ended. With `repeats` every case is asked so
    often, and `flaky` ones miss in the first so many of them. `manifest` overrides fields of its
    manifest.
    """

    def write(
        reports,
        name="model",
        missing=(),
        changed=None,
        asked=None,
        policy="deploy",
        repeats=None,
        flaky=None,
        ran=None,
        **manifest,
    ):
        reports.mkdir(parents=True, exist_ok=True)
        right = {case: turns for case, turns in right_answers.items() if not asked or case in asked}
        missed = {case: wrong(right[case]) for case in missing}
        given = Given(right | missed | (changed or {}), repeats, flaky or {})
        results = make_results(suite, records_of(given, judged, ran or {}), FINGERPRINT)
        gate = apply_gate(find_policy(policy), results)
        settings = settings_of(given, suite) | {
            "name": name,
            "gate": GateRecord(
                policy=policy,
                passed=gate.passed,
                failures=gate.failures,
                not_judged=gate.not_judged,
            ),
        }
        written = Manifest.model_validate(settings | manifest)
        return publish(make_staging(reports), reports, written, results, answers_of(given, suite))

    return write
