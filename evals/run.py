"""One run: its settings, what was judged so far, and how it ends in a folder and a verdict."""

import datetime
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fixtures import CallgateError, Case, Suite
from pipeline.files import CHECKOUT
from pipeline.model.folder import check_model_folder, model_fingerprint

from .archive.finding import find_run_folder
from .ask.answer import Answer, Answers, AskSettings, by_case
from .ask.session import EngineRecord, Progress, ask_cases
from .ask.store import read_answers
from .decide.gate import GateResult, apply_gate
from .decide.manifest import GateRecord, Manifest, git_state, installed_versions, machine
from .decide.manifest import read_manifest as read_run_manifest
from .decide.policies import Policy
from .decide.records import CaseRecord
from .decide.results import Results, make_results
from .judge import JUDGE_VERSION
from .report.run_folder import UNFINISHED, publish

REPORTS = CHECKOUT / "reports"


@dataclass(frozen=True)
class RunSettings:
    """What the command line asks for."""

    ask: AskSettings
    reports: Path
    name: str
    policy: Policy
    enforced: bool
    replay: str | None
    command: tuple[str, ...]
    workers: int = 0
    execute: bool = True
    call_format: str = "code"


@dataclass
class Run:
    """A run in the making."""

    settings: RunSettings
    suite: Suite
    session: str
    fingerprint: str = ""
    collected: set[str] = field(default_factory=set)
    records: dict[str, CaseRecord] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        """Check what is asked before anything is computed; raises CallgateError."""
        replayed = self.replayed
        if replayed is None:
            check_model_folder(self.settings.ask.model)
            self.fingerprint = model_fingerprint(self.settings.ask.model)
            return
        manifest = read_run_manifest(replayed / "manifest.json")
        if manifest.suite_sha256 != self.suite.sha256:
            raise CallgateError(
                f"{replayed}: its answers belong to suite {manifest.suite_sha256[:12]}, and this "
                f"checkout has suite {self.suite.sha256[:12]}: ask the model again, or check out "
                "the version that asked it"
            )
        self.fingerprint = manifest.model_fingerprint

    @property
    def replayed(self) -> Path | None:
        """The folder of the run whose answers are judged again, or None."""
        if self.settings.replay is None:
            return None
        return find_run_folder(self.settings.reports, self.settings.replay)

    @property
    def store_folder(self) -> Path:
        """Where answers are kept until the run is complete; another question, another folder."""
        sampling = self.settings.ask.sampling
        asked = f"{self.fingerprint[:12]}-{self.suite.sha256[:12]}-{sampling.max_tokens}"
        if sampling.draws:
            asked += f"-{sampling.temperature:g}-{sampling.top_p:g}-{sampling.seed}"
        return self.settings.reports / UNFINISHED / asked

    def ask(self, cases: Sequence[Case], progress: Progress) -> Answers:
        """Return the answers of the cases, from a replayed run or from the model."""
        replayed = self.replayed
        if replayed is None:
            return ask_cases(
                self.suite,
                cases,
                self.settings.ask,
                self.fingerprint,
                self.store_folder,
                self.session,
                progress,
            ).answers
        recorded = by_case(read_answers(replayed / "answers.jsonl"))
        repeats = read_run_manifest(replayed / "manifest.json").repeats
        for case in cases:
            given = recorded.get(case.id, ())
            turns = [len(conversation) for conversation in given]
            if turns != [2 if case.second_turn else 1] * repeats:
                raise CallgateError(
                    f"{replayed / 'answers.jsonl'}: holds {sum(turns)} answers to case {case.id}: "
                    "that run did not ask it; select what it asked with -k or -m"
                )
        return {case.id: recorded[case.id] for case in cases}

    @property
    def engine(self) -> EngineRecord | None:
        """What computed the answers; a replayed run may not tell."""
        if (replayed := self.replayed) is not None:
            return read_run_manifest(replayed / "manifest.json").engine
        record = self.store_folder / "engine.json"
        return EngineRecord.model_validate_json(record.read_bytes())

    @property
    def complete(self) -> bool:
        """Whether every collected case was judged, and there was one."""
        return bool(self.records) and self.collected == set(self.records)

    def results(self) -> Results:
        """Return the results of what was judged."""
        return make_results(
            self.suite, tuple(self.records.values()), self.fingerprint, self.settings.call_format
        )

    def gate(self, results: Results) -> GateResult:
        """Hold the policy against the results."""
        return apply_gate(self.settings.policy, results)

    def publish(self, staging: Path) -> Path:
        """Turn a staging folder with the reports into the run folder; raises OSError."""
        results = self.results()
        gate = self.gate(results)
        replayed = self.replayed
        selected = tuple(record.id for record in results.cases)
        manifest = Manifest.model_validate(
            {
                "name": self.settings.name,
                "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                "command": self.settings.command,
                "git": git_state(CHECKOUT),
                **machine(),
                "versions": installed_versions(),
                **self._asked(replayed),
                "model_fingerprint": self.fingerprint,
                "suite_sha256": self.suite.sha256,
                "suite_cases": len(self.suite.cases),
                "judge_version": JUDGE_VERSION,
                "engine": self.engine,
                "selected": selected,
                "workers": self.settings.workers,
                "gate": GateRecord(
                    policy=gate.policy.name,
                    passed=gate.passed if self.settings.enforced else None,
                    failures=gate.failures,
                    not_judged=(*gate.not_judged, *gate.undecided),
                ),
                "replay_of": replayed.name if replayed else None,
            }
        )
        node_of = {record.id: node for node, record in self.records.items()}
        answers = [
            answer for case in selected for given in self.answers[node_of[case]] for answer in given
        ]
        folder = publish(staging, self.settings.reports, manifest, results, answers)
        if replayed is None:
            self._forget(answers)
        return folder

    def _asked(self, replayed: Path | None) -> dict[str, object]:
        """Return the fields of a manifest that tell what was asked, and how."""
        if replayed is not None:
            names = {"schema_version", "model_folder", "system_prompt", "sampling", "repeats"}
            return read_run_manifest(replayed / "manifest.json").model_dump(include=names)
        ask = self.settings.ask
        model = ask.model.resolve()
        inside = model.is_relative_to(CHECKOUT)
        return {
            "schema_version": 2 if ask.sampling.draws else 1,
            "model_folder": str(model.relative_to(CHECKOUT) if inside else model),
            "system_prompt": ask.system_prompt,
            "sampling": ask.sampling,
            "repeats": ask.repeats,
        }

    def _forget(self, published: Sequence[Answer]) -> None:
        """Remove the store unless it holds answers that this run did not ask for."""
        keys = {answer.key for answer in published}
        store = self.store_folder / "answers.jsonl"
        if all(answer.key in keys for answer in read_answers(store)):
            shutil.rmtree(self.store_folder)
