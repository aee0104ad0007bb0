"""All stages of a build, from a data set to a judged run."""

from dataclasses import replace
from pathlib import Path

from fixtures import SUITE_FOLDER, CallgateError, load_suite

from ..asking import Asking, ask_cases, judge_fingerprint, passes_of
from ..files import sha256_of_file
from ..model.folder import FUSE_RECORD, QUANTIZE_RECORD
from .build import EVALUATE, FUSE, QUANTIZE, START, TRAIN, Build, is_file
from .chain import Chain
from .data_stages import audit_stage, clean_stage
from .model_stages import (
    fidelity_stage,
    fuse_stage,
    is_adapter,
    quantize_stage,
    recorded_fingerprint,
    train_stage,
)
from .profile import Model, Profile, read_profile
from .stage import Outcome, Stage


def _is_run(folder: Path, fingerprint: str) -> bool:
    return is_file(folder / "results.json", fingerprint)


def evaluate_stage(build: Build, which: Model) -> Stage:
    """Return the asking of the cases of one of the models: a run folder."""
    before, made_from = (FUSE, FUSE_RECORD) if which == "fused" else (QUANTIZE, QUANTIZE_RECORD)
    name = evaluate_name(build.profile, which)
    table = build.profile.evaluate

    def make() -> Outcome:
        fingerprint = recorded_fingerprint(build.model(which), made_from)
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
        passes = passes_of(run)
        said = f"{passes.strict} of {passes.cases} strict, {run.name}"
        return Outcome(sha256_of_file(run / "results.json"), said, run)

    inputs = {
        "suite": load_suite(SUITE_FOLDER).sha256,
        "judge": judge_fingerprint(),
        "evaluate.max_tokens": str(table.max_tokens),
    }
    return Stage(name, inputs, (before,), None, make, _is_run)


def first_of(build: Build) -> Build:
    """Return the build of the training that a build's profile starts from, in its folder.

    It has the base of the build. Raises CallgateError where that profile starts from another one
    itself, and where its matrices would not fit.
    """
    name, profile = read_profile(build.profile.start)
    if profile.start:
        raise CallgateError(
            f"start: the profile {name} starts from {profile.start} itself: one training before "
            "another is what is done"
        )
    ours, theirs = build.profile.settings, profile.settings
    for setting in ("rank", "scale", "layers", "keys"):
        if getattr(ours, setting) != getattr(theirs, setting):
            raise CallgateError(
                f"start: train.{setting} is {getattr(theirs, setting)!r} in the profile {name} and "
                f"{getattr(ours, setting)!r} in this one: matrices stay as they are"
            )
    return replace(
        build,
        name=name,
        profile=profile.model_copy(update={"base": build.profile.base}),
        folder=build.folder / START,
    )


def evaluate_name(profile: Profile, which: Model) -> str:
    """Return the name of the stage that asks a model: the first one's run is what is gated."""
    return EVALUATE if which == profile.evaluate.models[0] else f"{EVALUATE}-{which}"


def start_stage(build: Build) -> Stage:
    """Return the training before this one as a build of its own, up to its adapter."""
    first = first_of(build)
    stages = [*_stages_of_data(first), train_stage(first)]

    def make() -> Outcome:
        chain = Chain(first.folder, stages)
        chain.run()
        made = chain.record.stages[TRAIN]
        return Outcome(made.fingerprint, made.said)

    inputs = {
        f"{stage.name}.{name}": value for stage in stages for name, value in stage.inputs.items()
    }
    return Stage(START, inputs, (), first.folder / "adapter", make, is_adapter)


def _stages_of_data(build: Build) -> list[Stage]:
    return [audit_stage(build), *([clean_stage(build)] if build.profile.clean.fixers else [])]


def stages_of(build: Build) -> list[Stage]:
    """Return the stages of a build in order, up to the run that the gate judges."""
    stages = _stages_of_data(build)
    adapter = build.adapter or build.folder / "adapter"
    if build.start and build.adapter is None:
        stages.append(start_stage(build))
    stages += [train_stage(build), fuse_stage(build, adapter), quantize_stage(build)]
    stages.append(fidelity_stage(build, adapter))
    return stages + [evaluate_stage(build, which) for which in build.profile.evaluate.models]
