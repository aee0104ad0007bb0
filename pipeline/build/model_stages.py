"""The stages that make models: train, fuse, quantize, and the proof that nothing was lost."""

import shutil
from collections.abc import Callable
from pathlib import Path

from fixtures import CallgateError

from ..cli import EXIT_INTERRUPTED
from ..files import sha256_of_file, write_atomic
from ..model.folder import FUSE_RECORD, QUANTIZE_RECORD, check_model_folder, read_json_object
from ..model.folders import megabytes
from ..model.train.manifest import NAME, AdapterManifest
from ..model.train.settings import TrainingPaths, TrainingSettings
from ..model.train.workers import run_workers
from .adapters import copy_adapter, deciding_settings, find_adapter, wanted_identity
from .build import FIDELITY, FUSE, QUANTIZE, SPLITS, START, TRAIN, Build, data_inputs, is_file
from .stage import Outcome, Stage


class NotWhatWasTrained(CallgateError):  # noqa: N818 - said of a model, not of an exception
    """Fusing or quantizing lost what the adapter had learnt."""


def is_adapter(folder: Path, fingerprint: str) -> bool:
    """Return whether an adapter is there with the recorded fingerprint."""
    from ..model.adapter import read_adapter

    try:
        return read_adapter(folder).fingerprint == fingerprint
    except CallgateError:
        return False


def recorded_fingerprint(folder: Path, record: str) -> str:
    """Return what fusing or quantizing recorded of the model that it wrote."""
    return str(read_json_object(folder / record).get("fingerprint"))


def _is_model(record: str) -> Callable[[Path, str], bool]:
    def is_model(folder: Path, fingerprint: str) -> bool:
        try:
            check_model_folder(folder)
            return recorded_fingerprint(folder, record) == fingerprint
        except CallgateError:
            return False

    return is_model


def _take(build: Build, settings: TrainingSettings, output: Path) -> str | None:
    """Put a finished adapter of the same training into its place and say which; None for none."""
    workers = build.profile.workers
    wanted = wanted_identity(build.base_fingerprint, build.data, settings, workers, build.start)
    others = sorted(build.adapters.iterdir()) if build.adapters else []
    found, nearest = find_adapter((output, *others), wanted)
    if found is None:
        if build.adapters is not None:
            print(f"no adapter in {build.adapters} is of this training: {nearest}", flush=True)
        return None
    if found != output:
        shutil.rmtree(output, ignore_errors=True)
        copy_adapter(found, output)
    return f"the same training made {found}"


def _train_in_workers(build: Build, paths: TrainingPaths, settings: TrainingSettings) -> None:
    words = ["train", str(paths.data), "-o", str(paths.adapter), "--model", str(paths.model)]
    words += [*settings.as_flags(), "--workers", str(build.profile.workers)]
    words += ["--start", str(paths.start)] if paths.start else []
    words += ["--restart"] if build.restart else []
    words += ["--force"] if build.force else []
    code = run_workers(build.profile.workers, words)
    if code == EXIT_INTERRUPTED:
        raise KeyboardInterrupt
    if code:
        raise CallgateError(f"the training ended with exit code {code}: see what it said above")


def _train(build: Build, settings: TrainingSettings, output: Path) -> str:
    """Train, or go on training, and say what it came to."""
    from ..model.train.training import train_adapter

    shutil.rmtree(output, ignore_errors=True)
    paths = TrainingPaths(Path(build.profile.base), build.data, output, build.start)
    if build.profile.workers > 1:
        _train_in_workers(build, paths, settings)
    else:
        train_adapter(paths, settings, restart=build.restart, force=build.force)
    manifest = AdapterManifest.model_validate_json((output / NAME).read_bytes())
    valid = manifest.valid_loss
    validated = "" if valid is None else f", validation loss {valid:.3f}"
    return f"{settings.iterations} iterations, train loss {manifest.train_loss:.3f}{validated}"


def train_stage(build: Build) -> Stage:
    """Return the training, or the finished adapter that is taken in its place."""
    from ..model.adapter import read_adapter

    if build.adapter is not None:
        given = build.adapter
        fingerprint = read_adapter(given).fingerprint
        taken = Outcome(fingerprint, f"taken from {given}")
        return Stage(TRAIN, {"adapter": fingerprint}, (), given, lambda: taken, is_adapter)

    output = build.folder / "adapter"
    # A seed of the command line stands above the profile's.
    settings = build.profile.settings_with(build.seed)

    def make() -> Outcome:
        said = _take(build, settings, output) or _train(build, settings, output)
        return Outcome(read_adapter(output).fingerprint, said)

    data, after = data_inputs(build)
    inputs = {f"train.{name}": value for name, value in deciding_settings(settings).items()}
    inputs |= {"base": build.base_fingerprint, **data}
    if build.profile.workers > 1:
        inputs["train.workers"] = str(build.profile.workers)
    after = (*after, START) if build.start else after
    return Stage(TRAIN, inputs, after, output, make, is_adapter)


def fuse_stage(build: Build, adapter: Path) -> Stage:
    """Return the fusing: the folder `fused`, not quantized."""
    output = build.model("fused")

    def make() -> Outcome:
        from ..model.fuse import FuseSettings, fuse_folder

        shutil.rmtree(output, ignore_errors=True)
        base, dtype = Path(build.profile.base), build.profile.fuse.dtype
        fused = fuse_folder(FuseSettings(adapter, output, base, dtype))
        fingerprint = recorded_fingerprint(output, FUSE_RECORD)
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
        fingerprint = recorded_fingerprint(output, QUANTIZE_RECORD)
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

        files = [build.data / name for name in reversed(SPLITS)]
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

    data, after = data_inputs(build)
    inputs = {"base": build.base_fingerprint, "fidelity.rows": str(build.profile.fidelity.rows)}
    return Stage(FIDELITY, inputs | data, (*after, TRAIN, FUSE, QUANTIZE), output, make, is_file)
