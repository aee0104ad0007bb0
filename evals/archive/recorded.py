"""Reading a run folder, or a results file alone, as far as its files tell."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fixtures import CallgateError
from fixtures.validation import first_error

from ..ask.answer import Answers, by_case
from ..ask.store import read_answers
from ..decide.manifest import Manifest, read_manifest
from ..decide.results import RESULTS_SCHEMAS, Results, read_results
from ..decide.sides import Side, SideLabel, SummaryRate

_FILES = ("manifest.json", "results.json", "answers.jsonl")


@dataclass(frozen=True)
class RecordedRun:
    """A complete run folder."""

    folder: Path
    manifest: Manifest
    results: Results

    @property
    def name(self) -> str:
        """The name of the folder, number first."""
        return self.folder.resolve().name

    def answers(self) -> Answers:
        """Read the answers by case; raises CallgateError."""
        return by_case(read_answers(self.folder / "answers.jsonl"))


class _Rate(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    strict_pct: float = Field(ge=0, le=100)
    strict: int | None = None
    cases: int | None = None

    @property
    def rate(self) -> SummaryRate:
        if self.strict is None or not self.cases or not 0 <= self.strict <= self.cases:
            return SummaryRate(self.strict_pct)
        return SummaryRate(self.strict_pct, self.strict, self.cases)


class _Summary(_Rate):
    categories: dict[str, _Rate] = Field(default_factory=dict)


class _SummaryFile(BaseModel):
    """A results file of other tools: only the keys of the summary, no cases, no version."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    summary: _Summary


def read_run(folder: Path) -> RecordedRun:
    """Read a run folder; raises CallgateError naming the file that is missing or wrong."""
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise CallgateError(f"{folder}: not a complete run folder: {', '.join(missing)} missing")
    return RecordedRun(
        folder, read_manifest(folder / "manifest.json"), read_results(folder / "results.json")
    )


def read_side(path: Path, name: str) -> Side:
    """Read one side of a comparison, called `name`: a run folder, or a results file alone.

    Raises CallgateError; a file of an unknown schema version is refused by its name.
    """
    if path.is_dir():
        return _side_of_run(read_run(path), name)
    try:
        content = json.loads(path.read_bytes())
    except OSError as problem:
        raise CallgateError(f"{path}: cannot be read: {problem.strerror}") from problem
    except ValueError as problem:
        raise CallgateError(f"{path}: not valid JSON, perhaps cut short: {problem}") from problem
    if not isinstance(content, dict) or "summary" not in content:
        raise CallgateError(f"{path}: no results file: it has no `summary`")
    if "schema_version" not in content:
        return _side_of_summary(path, content, name)
    if content["schema_version"] not in RESULTS_SCHEMAS:
        raise CallgateError(
            f"{path}: results of schema {content['schema_version']!r}: "
            f"this version reads {' and '.join(map(str, RESULTS_SCHEMAS))}"
        )
    if (path.parent / "manifest.json").is_file() and path.name == "results.json":
        return _side_of_run(
            RecordedRun(
                path.parent, read_manifest(path.parent / "manifest.json"), read_results(path)
            ),
            name,
        )
    results = read_results(path)
    return Side(
        label=SideLabel(name=name, fingerprint=results.model_fingerprint, repeats=results.repeats),
        rates=_rates(results),
        records={record.id: record for record in results.cases},
        conditions=_conditions(results),
        remarks={},
        prompts={},
        suite_cases=results.summary.of,
    )


def _side_of_run(run: RecordedRun, name: str) -> Side:
    manifest, results = run.manifest, run.results
    prompts: dict[str, str] = {}
    if (run.folder / "answers.jsonl").is_file():
        prompts = {case: given[0][0].prompt for case, given in run.answers().items()}
    return Side(
        label=SideLabel(
            name=name,
            created=manifest.created,
            model=Path(manifest.model_folder).name,
            fingerprint=manifest.model_fingerprint,
            repeats=results.repeats,
        ),
        rates=_rates(results),
        records={record.id: record for record in results.cases},
        conditions=_conditions(results) | {"system prompt": repr(manifest.system_prompt)},
        remarks={
            "longest answer": f"{manifest.sampling.max_tokens} tokens",
            "temperature": f"{manifest.sampling.temperature:g}",
            "top-p": f"{manifest.sampling.top_p:g}",
            "repeats": f"{manifest.repeats}",
        },
        prompts=prompts,
        suite_cases=results.summary.of,
    )


def _side_of_summary(path: Path, content: dict[str, object], name: str) -> Side:
    try:
        summary = _SummaryFile.model_validate(content).summary
    except ValidationError as problem:
        said = first_error(problem, "(file)", called="field")
        raise CallgateError(f"{path}: {said}") from problem
    return Side(
        label=SideLabel(name=name),
        rates={"overall": summary.rate}
        | {category: rate.rate for category, rate in summary.categories.items()},
        records=None,
        conditions={},
        remarks={},
        prompts={},
        suite_cases=None,
    )


def _rates(results: Results) -> dict[str, SummaryRate]:
    rates = {"overall": results.summary, **results.summary.categories}
    return {
        name: SummaryRate(
            rate.strict_pct,
            rate.strict,
            rate.cases,
            rate.answers,
            rate.repeated.effective if rate.repeated else None,
        )
        for name, rate in rates.items()
    }


def _conditions(results: Results) -> dict[str, str]:
    return {
        "suite": results.suite_sha256[:12],
        "judge": f"version {results.judge_version}",
        "call format": results.call_format,
    }


def answers_beside(path: Path) -> Answers:
    """Return the answers of a run folder, or none where only results were kept."""
    folder = path if path.is_dir() else path.parent
    if not path.is_dir() and path.name != "results.json":
        return {}
    if not (folder / "answers.jsonl").is_file():
        return {}
    return by_case(read_answers(folder / "answers.jsonl"))
