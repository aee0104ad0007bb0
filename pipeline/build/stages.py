"""The stages of a fine-tune, from a data set to a judged run."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fixtures import SUITE_FOLDER, CallgateError, load_suite

from ..files import sha256_of_file, write_atomic
from ..model.folder import FUSE_RECORD, QUANTIZE_RECORD, check_model_folder, read_json_object
from ..model.folders import megabytes
from .adapters import copy_adapter, deciding_settings, finished_adapter, wanted_identity
from .profile import Model, Profile
from .record import BuildRecord
from .stage import Outcome, Stage

AUDIT, CLEAN, TRAIN, FUSE = "audit", "clean", "train", "fuse"
QUANTIZE, FIDELITY, EVALUATE, GATE = "quantize", "fidelity", "evaluate", "gate"
STAGES = (AUDIT, CLEAN, TRAIN, FUSE, QUANTIZE, FIDELITY, EVALUATE, GATE)

_SPLITS = ("train.jsonl", "valid.jsonl")


@dataclass(frozen=True)
class Build:
    """What a command line asks for: a profile and where its outputs go.

    `adapter` is a finished adapter to take instead of training; `adapters` a folder in which one
    that the same training made may lie.
    """

    name: str
    profile: Profile
    folder: Path
    reports: Path
    base_fingerprint: str
    seed: int | None = None
    adapter: Path | None = None
    adapters: Path | None = None
    keep_all: bool = False
    restart: bool = False

    @property
    def source(self) -> Path:
        """The data as it came."""
        return Path(self.profile.data)

    @property
    def data(self) -> Path:
        """The data that is trained on."""
        return self.folder / "data" if self.profile.clean.fixers else self.source

    def model(self, which: Model) -> Path:
        """Return the folder of a model."""
        if which == "fused":
            return self.folder / "fused"
        return self.folder / f"{self.profile.quantize.bits}bit"


def data_hashes(folder: Path) -> dict[str, str]:
    """Return the content hash of each file of a data set by its name; raises CallgateError."""
    if not (folder / _SPLITS[0]).is_file():
        raise CallgateError(f"{folder}: holds no {_SPLITS[0]}")
    files = [folder / name for name in _SPLITS]
    return {f"data {file.name}": sha256_of_file(file) for file in files if file.is_file()}


def _hash_of_data(folder: Path) -> str:
    total = hashlib.sha256()
    for name, digest in data_hashes(folder).items():
        total.update(f"{name}\0{digest}\n".encode())
    return total.hexdigest()


def _is_file(file: Path, fingerprint: str) -> bool:
    return file.is_file() and sha256_of_file(file) == fingerprint


def _is_data(folder: Path, fingerprint: str) -> bool:
    return (folder / _SPLITS[0]).is_file() and _hash_of_data(folder) == fingerprint


def _is_adapter(folder: Path, fingerprint: str) -> bool:
    from ..model.adapter import read_adapter

    try:
        return read_adapter(folder).fingerprint == fingerprint
    except CallgateError:
        return False


def _is_model(record: str) -> Callable[[Path, str], bool]:
    def is_model(folder: Path, fingerprint: str) -> bool:
        try:
            check_model_folder(folder)
            return bool(read_json_object(folder / record).get("fingerprint") == fingerprint)
        except CallgateError:
            return False

    return is_model


def _is_run(folder: Path, fingerprint: str) -> bool:
    return _is_file(folder / "results.json", fingerprint)


def _refuse_errors(build: Build, folder: Path) -> str:
    """Return what the audit finds in the data to train on; raises CallgateError for errors."""
    from ..data.audit import audit

    report = audit([folder])
    errors = [finding for finding in report.findings if finding.severity == "error"]
    if errors and build.profile.audit.errors == "refuse":
        listed = ", ".join(f"{finding.id} ({finding.count} rows)" for finding in errors)
        raise CallgateError(
            f"{folder}: the audit finds errors in the data to train on: {listed}; mend them, or "
            'train on them nevertheless with errors = "allow" in the table [audit] of the profile'
        )
    return f"{report.rows} rows, {report.errors} errors, {report.warnings} warnings"


def audit_stage(build: Build) -> Stage:
    """Return the audit of the data as it came: audit.json."""
    output = build.folder / "audit.json"

    def make() -> Outcome:
        from ..data.audit import audit

        report = audit([build.source])
        said = f"{report.rows} rows, {report.errors} errors, {report.warnings} warnings"
        if not build.profile.clean.fixers:
            said = _refuse_errors(build, build.source)
        write_atomic(output, report.model_dump_json(indent=2) + "\n")
        return Outcome(sha256_of_file(output), said)

    inputs = data_hashes(build.source) | {
        "suite": load_suite(SUITE_FOLDER).sha256,
        "audit.errors": build.profile.audit.errors,
    }
    return Stage(AUDIT, inputs, (), output, make, _is_file)


def clean_stage(build: Build) -> Stage:
    """Return the cleaning: a folder `data`, in which the audit finds no error."""
    table, output = build.profile.clean, build.data

    def make() -> Outcome:
        from ..data.clean import CleanSettings, clean

        settings = CleanSettings(frozenset(table.fixers), table.announcements)
        manifest = clean(build.source, output, settings).manifest
        try:
            audited = _refuse_errors(build, output)
        except CallgateError:
            shutil.rmtree(output)
            raise
        said = f"{manifest.rows_in} rows in, {manifest.changed} changed; left: {audited}"
        return Outcome(_hash_of_data(output), said)

    inputs = data_hashes(build.source) | {
        "suite": load_suite(SUITE_FOLDER).sha256,
        "clean.fixers": ", ".join(sorted(table.fixers)),
        "clean.announcements": table.announcements,
        "audit.errors": build.profile.audit.errors,
    }
    return Stage(CLEAN, inputs, (), output, make, _is_data)


def _data_inputs(build: Build) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return how a stage names the data that it reads: by its hashes, or by the stage before."""
    return ({}, (CLEAN,)) if build.profile.clean.fixers else (data_hashes(build.source), ())


def train_stage(build: Build) -> Stage:
    """Return the training, or the finished adapter that is taken in its place."""
    from ..model.adapter import read_adapter

    if build.adapter is not None:
        given = build.adapter
        fingerprint = read_adapter(given).fingerprint
        taken = Outcome(fingerprint, f"taken from {given}")
        return Stage(TRAIN, {"adapter": fingerprint}, (), given, lambda: taken, _is_adapter)

    output = build.folder / "adapter"
    # A seed of the command line stands above the profile's.
    settings = build.profile.settings_with(build.seed)

    def make() -> Outcome:
        wanted = wanted_identity(build.base_fingerprint, build.data, settings)
        others = sorted(build.adapters.iterdir()) if build.adapters else []
        found = finished_adapter((output, *others), wanted)
        if found is None:
            from ..model.train.settings import TrainingPaths
            from ..model.train.training import train_adapter

            shutil.rmtree(output, ignore_errors=True)
            paths = TrainingPaths(Path(build.profile.base), build.data, output)
            manifest = train_adapter(paths, settings, restart=build.restart)
            assert manifest is not None, "one worker writes the adapter itself"
            said = f"{settings.iterations} iterations, train loss {manifest.train_loss:.3f}"
            if manifest.valid_loss is not None:
                said += f", validation loss {manifest.valid_loss:.3f}"
        else:
            said = f"the same training made {found}"
            if found != output:
                shutil.rmtree(output, ignore_errors=True)
                copy_adapter(found, output)
        return Outcome(read_adapter(output).fingerprint, said)

    data, after = _data_inputs(build)
    inputs = {f"train.{name}": value for name, value in deciding_settings(settings).items()}
    inputs |= {"base": build.base_fingerprint, **data}
    return Stage(TRAIN, inputs, after, output, make, _is_adapter)


def fuse_stage(build: Build, adapter: Path) -> Stage:
    """Return the fusing: the folder `fused`, not quantized."""
    output = build.model("fused")

    def make() -> Outcome:
        from ..model.fuse import FuseSettings, fuse_folder

        shutil.rmtree(output, ignore_errors=True)
        base, dtype = Path(build.profile.base), build.profile.fuse.dtype
        fused = fuse_folder(FuseSettings(adapter, output, base, dtype))
        fingerprint = str(read_json_object(output / FUSE_RECORD)["fingerprint"])
        return Outcome(fingerprint, f"{fused.layers} layers, {megabytes(fused.size)} of {dtype}")

    inputs = {"base": build.base_fingerprint, "fuse.dtype": build.profile.fuse.dtype}
    kept = build.keep_all or "fused" in build.profile.keep
    return Stage(FUSE, inputs, (TRAIN,), output, make, _is_model(FUSE_RECORD), not kept)


def quantize_stage(build: Build) -> Stage:
    """Return the quantizing: the folder `5bit`."""
    output, table = build.model("quantized"), build.profile.quantize

    def make() -> Outcome:
        from ..model.quantize_command import quantize_model

        shutil.rmtree(output, ignore_errors=True)
        done = quantize_model(build.model("fused"), output, table.recipe)
        fingerprint = str(read_json_object(output / QUANTIZE_RECORD)["fingerprint"])
        skipped = f", {len(done.skipped)} layers stayed wide" if done.skipped else ""
        said = f"{done.bits_per_weight:.2f} bits a weight, {megabytes(done.size)}{skipped}"
        return Outcome(fingerprint, said)

    inputs = {
        "quantize.bits": str(table.bits),
        "quantize.group_size": str(table.group_size),
        "quantize.keep": ", ".join(table.keep),
    }
    kept = build.keep_all or "quantized" in build.profile.keep
    return Stage(QUANTIZE, inputs, (FUSE,), output, make, _is_model(QUANTIZE_RECORD), not kept)


def fidelity_stage(build: Build, adapter: Path) -> Stage:
    """Return the proof that both models are what was trained: fidelity.json."""
    output = build.folder / "fidelity.json"

    def make() -> Outcome:
        from ..model.fidelity.measuring import FidelitySettings, measure_fidelity

        files = [build.data / name for name in reversed(_SPLITS)]
        fidelity = measure_fidelity(
            FidelitySettings(
                adapter=adapter,
                fused=build.model("fused"),
                data=next(file for file in files if file.is_file()),
                quantized=(build.model("quantized"),),
                base=Path(build.profile.base),
                rows=build.profile.fidelity.rows,
            )
        )
        write_atomic(output, fidelity.model_dump_json(indent=2) + "\n")
        if not fidelity.passed:
            errors = [f.message for f in fidelity.findings if f.severity == "error"]
            raise NotWhatWasTrained(f"{'; '.join(errors)} (all figures: {output})")
        agreed = {(pair.reference, pair.model): pair.agreement for pair in fidelity.compared}
        small = build.model("quantized").name
        said = f"fused = adapter on {agreed['adapter', 'fused']:.1%} of {fidelity.tokens} tokens, "
        said += f"{small} = fused on {agreed['fused', small]:.1%}"
        return Outcome(sha256_of_file(output), said)

    data, after = _data_inputs(build)
    inputs = {"base": build.base_fingerprint, "fidelity.rows": str(build.profile.fidelity.rows)}
    return Stage(FIDELITY, inputs | data, (*after, TRAIN, FUSE, QUANTIZE), output, make, _is_file)


class NotWhatWasTrained(CallgateError):  # noqa: N818 - said of a model, not of an exception
    """Fusing or quantizing lost what the adapter had learnt."""


def evaluate_stage(build: Build, which: Model, record: Callable[[], BuildRecord]) -> Stage:
    """Return the asking of the cases of one of the models: a run folder."""
    from .asking import Asking, ask_cases, judge_fingerprint

    before = FUSE if which == "fused" else QUANTIZE
    name = evaluate_name(build.profile, which)
    table = build.profile.evaluate

    def make() -> Outcome:
        fingerprint = record().stages[before].fingerprint
        run_name = build.name if name == EVALUATE else f"{build.name}-{which}"
        asking = Asking(
            model=build.model(which),
            model_fingerprint=fingerprint,
            name=run_name,
            reports=build.reports,
            log=build.folder / f"{name}.log",
            max_tokens=table.max_tokens,
        )
        run = ask_cases(asking)
        summary = read_json_object(run / "results.json")["summary"]
        said = f"{summary['strict']} of {summary['cases']} strict, {run.name}"
        return Outcome(sha256_of_file(run / "results.json"), said, run)

    inputs = {
        "suite": load_suite(SUITE_FOLDER).sha256,
        "judge": judge_fingerprint(),
        "evaluate.max_tokens": str(table.max_tokens),
    }
    return Stage(name, inputs, (before,), build.reports, make, _is_run)


def evaluate_name(profile: Profile, which: Model) -> str:
    """Return the name of the stage that asks a model: the first one's run is what is gated."""
    return EVALUATE if which == profile.evaluate.models[0] else f"{EVALUATE}-{which}"


def stages_of(build: Build, record: Callable[[], BuildRecord]) -> list[Stage]:
    """Return the stages of a build in order; `record` returns what is recorded at that time."""
    train = train_stage(build)
    stages = [audit_stage(build)]
    if build.profile.clean.fixers:
        stages.append(clean_stage(build))
    stages += [train, fuse_stage(build, train.output), quantize_stage(build)]
    stages.append(fidelity_stage(build, train.output))
    return stages + [
        evaluate_stage(build, which, record) for which in build.profile.evaluate.models
    ]
