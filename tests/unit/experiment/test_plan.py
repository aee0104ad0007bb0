"""Which builds an experiment makes, from which profiles, and what it tells of them."""

import tomllib
from pathlib import Path

import pytest

from evals.decide.results import read_results
from evals.experiment.arms import ARMS, arms_named
from evals.experiment.lanes import Board
from evals.experiment.plan import Experiment, shown_path
from evals.experiment.record import RunRecord
from fixtures import CallgateError
from pipeline.build.profile import read_profile
from pipeline.files import CHECKOUT


@pytest.fixture
def experiment(tmp_path):
    arms = arms_named("augmented,preambles")
    return Experiment(tmp_path, tmp_path / "data", arms, seeds=2, iterations=25)


def test_every_arm_of_a_seed_comes_before_the_next_seed(experiment):
    names = [build.name for build in experiment.builds]
    assert names == ["augmented_0", "preambles_0", "augmented_1", "preambles_1"]


def test_arms_have_equal_profiles_but_for_their_fixers(experiment):
    profiles = [read_profile(str(build.write_profile()))[1] for build in experiment.builds[:2]]
    assert [profile.clean.fixers for profile in profiles] == [(), ("preambles",)]
    first, second = (profile.model_dump(exclude={"clean"}) for profile in profiles)
    assert first == second
    assert profiles[0].settings.iterations == 25
    assert profiles[0].evaluate.models == ("quantized", "fused")
    assert profiles[0].keep == ()


def test_a_profile_is_toml_even_where_a_path_has_quotes():
    folder = Path('/data/"so called"')
    build = Experiment(folder, folder, arms_named("augmented")).builds[0]
    assert tomllib.loads(build.profile)["data"] == str(folder)


def test_a_build_is_asked_of_callgate_with_its_seed(experiment, tmp_path):
    assert experiment.builds[2].words == [
        *("build", "--profile", f"{tmp_path}/augmented.toml", "-o", f"{tmp_path}/augmented_1"),
        *("--seed", "1", "--until", "evaluate", "--reports", f"{tmp_path}/reports"),
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            "augmented,raw",
            "there is no arm 'raw': known are augmented, preambles, announcements, cleaned",
        ),
        ("cleaned,cleaned", "--arms: name one or several arms, each once"),
        (",", "--arms: name one or several arms, each once"),
    ],
)
def test_wrong_arms_are_refused(names, message):
    with pytest.raises(CallgateError) as problem:
        arms_named(names)
    assert str(problem.value) == message


def test_the_first_arm_is_the_data_as_it_is():
    assert next(iter(ARMS.values())).fixers == ()


def test_an_experiment_without_its_builds_says_which_is_missing(experiment):
    build = experiment.builds[0]
    with pytest.raises(CallgateError) as problem:
        build.recorded()
    assert str(problem.value) == f"{build.folder}: the build is not done: give the command again"


def test_paths_are_shown_as_others_can_read_them():
    assert shown_path(CHECKOUT / "data" / "augmented") == "data/augmented"
    assert shown_path(Path("/home/someone/sets/mine")) == "sets/mine"


def test_a_run_is_recorded_by_what_it_missed():
    results = read_results(CHECKOUT / "reports" / "example" / "results.json")
    run = RunRecord.of(results, "augmented", 0, "fused", (0.5, None))
    assert len(run.missed) == results.summary.of - results.summary.strict
    assert set(run.missed.values()) <= set(results.summary.layers)
    assert len(run.announcements) == results.summary.announcements
    assert len(run.preambles) == results.summary.preambles


def test_the_time_left_is_told_from_the_iterations_that_were_made_here():
    board = Board(["a", "b", "c"], 100)
    assert board.line(1) == "experiment: 0 of 3 builds done, 0 % of the training"
    board.finish("a")  # it was there already
    assert board.line(1) == "experiment: 1 of 3 builds done, 33 % of the training"
    board.take("b", "training: iteration 50/100, loss 1.0, 9 tokens/s, 4 s left")  # resumed
    board.take("b", "[3/8] fuse: not made yet")
    board.take("b", "training: iteration 75/100, loss 1.0, 9 tokens/s, 4 s left")
    # 25 iterations in 10 seconds, 125 are left.
    assert board.line(10) == (
        "experiment: 1 of 3 builds done, 58 % of the training, about 50 s left"
    )
    board.finish("b")
    assert board.line(20) == (
        "experiment: 2 of 3 builds done, 67 % of the training, about 40 s left"
    )
