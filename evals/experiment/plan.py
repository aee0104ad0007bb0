"""What an experiment makes: a build for each arm and seed, each in a folder of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures import CallgateError
from pipeline.build.build import EVALUATE
from pipeline.build.record import BuildRecord, read_record
from pipeline.files import CHECKOUT, write_atomic
from pipeline.model.embedded import EMBEDDED_MODEL_UNQUANTIZED
from pipeline.model.folder import model_fingerprint
from pipeline.model.train.manifest import NAME as TRAINED
from pipeline.model.train.manifest import AdapterManifest
from pipeline.model.train.settings import TrainingSettings

from ..decide.results import Results, read_results
from .arms import Arm
from .record import (
    FUSED,
    QUANTIZED,
    ArmRecord,
    ExperimentRecord,
    ModelKind,
    RunRecord,
    cases_of,
)


@dataclass(frozen=True)
class Experiment:
    """What the command line asks for."""

    folder: Path
    data: Path
    arms: tuple[Arm, ...]
    seeds: int = 3
    iterations: int = 400
    learning_rate: float = TrainingSettings.learning_rate
    base: Path = EMBEDDED_MODEL_UNQUANTIZED
    bits: int = 5
    group_size: int = 64
    max_tokens: int = 512
    adapters: Path | None = None

    @property
    def builds(self) -> "tuple[ArmBuild, ...]":
        """The builds, every arm of a seed before the next seed: unfinished, it is still paired."""
        return tuple(ArmBuild(self, arm, seed) for seed in range(self.seeds) for arm in self.arms)


@dataclass(frozen=True)
class ArmBuild:
    """The build of one arm with one seed."""

    experiment: Experiment
    arm: Arm
    seed: int

    @property
    def name(self) -> str:
        """Its name, of which its folder is called."""
        return f"{self.arm.name}_{self.seed}"

    @property
    def folder(self) -> Path:
        """Its build folder."""
        return self.experiment.folder / self.name

    @property
    def profile(self) -> str:
        """The profile as TOML; strings are written as JSON, which TOML reads alike."""
        wanted = self.experiment
        # Enough reports to follow it, one validation loss, a checkpoint every few minutes.
        train: dict[str, object] = {
            "iterations": wanted.iterations,
            "learning_rate": wanted.learning_rate,
            "report_every": 10,
            "save_every": 50,
            "evaluate_every": max(10, wanted.iterations // 10 * 10),
            "evaluate_batches": 40,
        }
        tables: dict[str, dict[str, object]] = {
            "audit": {"errors": "allow"},
            "clean": {"fixers": list(self.arm.fixers)},
            "train": train,
            "quantize": {"bits": wanted.bits, "group_size": wanted.group_size},
            "fidelity": {"rows": 8},
            "evaluate": {"models": [QUANTIZED, FUSED], "max_tokens": wanted.max_tokens},
        }
        top = {"base": str(wanted.base), "data": str(wanted.data), "keep": []}
        lines = [f"{key} = {json.dumps(value)}" for key, value in top.items()]
        for name, table in tables.items():
            lines += [f"[{name}]", *(f"{key} = {json.dumps(v)}" for key, v in table.items())]
        return "\n".join(lines) + "\n"

    def write_profile(self) -> Path:
        """Write the profile beside the build folder and return where."""
        file = self.experiment.folder / f"{self.arm.name}.toml"
        write_atomic(file, self.profile)
        return file

    @property
    def words(self) -> list[str]:
        """The arguments of `callgate` that make the build."""
        words = ["build", "--profile", str(self.experiment.folder / f"{self.arm.name}.toml")]
        words += ["-o", str(self.folder), "--seed", str(self.seed), "--until", EVALUATE]
        words += ["--reports", str(self.experiment.folder / "reports")]
        if self.experiment.adapters is not None:
            words += ["--adapters", str(self.experiment.adapters)]
        return words

    def recorded(self) -> BuildRecord:
        """Return what the build made; raises CallgateError where it is not done."""
        record = read_record(self.folder)
        if record is None or not {EVALUATE, f"{EVALUATE}-{FUSED}"} <= set(record.stages):
            raise CallgateError(f"{self.folder}: the build is not done: give the command again")
        return record


def _results(build: BuildRecord, model: ModelKind) -> Results:
    stage = EVALUATE if model == QUANTIZED else f"{EVALUATE}-{FUSED}"
    return read_results(Path(build.stages[stage].output) / "results.json")


def _trained(build: ArmBuild) -> AdapterManifest:
    return AdapterManifest.model_validate_json((build.folder / "adapter" / TRAINED).read_bytes())


def _arm_record(arm: Arm, trained: AdapterManifest) -> ArmRecord:
    train = next(file for file in trained.identity.data if file.name == "train.jsonl")
    return ArmRecord(name=arm.name, title=arm.title, rows=train.rows, sha256=train.sha256)


def shown_path(path: Path) -> str:
    """Return a path as others can read it: from the checkout, or its last two names."""
    if path.is_relative_to(CHECKOUT):
        return str(path.relative_to(CHECKOUT))
    return str(Path(*path.parts[-2:]))


def experiment_record(
    experiment: Experiment, command: str, builds: Sequence[ArmBuild]
) -> ExperimentRecord:
    """Return the record of an experiment whose builds are done; raises CallgateError."""
    done = {build: build.recorded() for build in builds}
    trained = {build: _trained(build) for build in builds}
    models = (QUANTIZED, FUSED)
    results = {(build, model): _results(done[build], model) for build in builds for model in models}
    first = results[builds[0], QUANTIZED]
    manifest = trained[builds[0]]
    by_arm = {build.arm: trained[build] for build in builds}
    runs = tuple(
        RunRecord.of(
            found, build.arm.name, build.seed, model,
            (trained[build].train_loss, trained[build].valid_loss),
        )
        for (build, model), found in results.items()
    )  # fmt: skip
    settings = {k: v for k, v in manifest.identity.settings.items() if k != "seed"}
    return ExperimentRecord(
        name=experiment.folder.name,
        command=command,
        base=manifest.base,
        base_fingerprint=model_fingerprint(experiment.base),
        data=shown_path(experiment.data),
        settings=settings,
        bits=experiment.bits,
        group_size=experiment.group_size,
        suite_sha256=first.suite_sha256,
        judge_version=first.judge_version,
        cases=cases_of(results.values()),
        arms=tuple(_arm_record(arm, by_arm[arm]) for arm in experiment.arms if arm in by_arm),
        runs=runs,
    )
