"""A small experiment: four cases, two arms, two seeds, with results that can be counted by hand."""

import pytest

from evals.experiment.record import ArmRecord, CaseOf, ExperimentRecord, RunRecord

CASES = ("a", "b", "c", "d")
# Which cases were missed, by arm, model and seed.
MISSED = {
    ("augmented", "quantized"): ("bcd", "cd"),
    ("augmented", "fused"): ("cd", "cd"),
    ("cleaned", "quantized"): ("d", "d"),
    ("cleaned", "fused"): ("", "d"),
}


def run(arm, model, seed, missed):
    announced = ("d",) if model == "quantized" else ()
    return RunRecord(
        arm=arm,
        seed=seed,
        model=model,
        model_fingerprint="f" * 64,
        train_loss=0.5,
        valid_loss=None,
        missed=dict.fromkeys(missed, "gate"),
        announcements=announced if arm == "augmented" else (),
        preambles=tuple(missed) if arm == "augmented" and model == "quantized" else (),
    )


@pytest.fixture
def record() -> ExperimentRecord:
    categories = {"a": "single_tool", "b": "single_tool", "c": "cross_tool", "d": "cross_tool"}
    return ExperimentRecord(
        name="small",
        command="callgate experiment preambles --arms augmented,cleaned --seeds 2",
        base="tiny",
        base_fingerprint="f" * 64,
        data="data/augmented",
        settings={
            "iterations": 10,
            "batch_size": 1,
            "learning_rate": 2.5e-4,
            "schedule": "cosine",
            "rank": 8,
        },
        bits=5,
        group_size=64,
        suite_sha256="5" * 64,
        judge_version=1,
        cases=tuple(CaseOf(id=name, category=categories[name]) for name in CASES),
        arms=(
            ArmRecord(name="augmented", title="as it is", rows=6, sha256="0" * 64),
            ArmRecord(name="cleaned", title="every fixer", rows=5, sha256="1" * 64),
        ),
        runs=tuple(
            run(arm, model, seed, missed)
            for (arm, model), by_seed in MISSED.items()
            for seed, missed in enumerate(by_seed)
        ),
    )
