"""`callgate build` from data to a verdict, with a tiny model: skipped, resumed, changed."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.cli import main

STAGES = ["audit", "clean", "train", "fuse", "quantize", "fidelity", "evaluate"]


def test_a_build_goes_from_data_to_a_verdict_and_then_has_nothing_to_do(builds, capfd, plan_of):
    assert plan_of() == dict.fromkeys(STAGES, "not made yet")
    # The gate fails: no one taught the tiny model enough.
    assert builds.run() == 1
    printed = capfd.readouterr().out
    assert "[1/7] audit: not made yet\n[1/7] audit: 8 rows, 1 error," in printed
    assert "gate deploy: FAILED: overall 0 % < 80 %" in printed
    assert list(builds.record.stages) == STAGES
    cleaned = (builds.folder / "data" / "train.jsonl").read_text()
    assert "git_status" in cleaned
    assert "Let me look" not in cleaned
    # Big folders go as soon as nothing reads them; the profile keeps none.
    assert sorted(p.name for p in builds.folder.iterdir() if p.is_dir()) == ["adapter", "data"]
    run = Path(builds.record.stages["evaluate"].output)
    assert run.name == "0001_mine"
    assert json.loads((run / "results.json").read_bytes())["summary"]["cases"] == 57

    before = builds.record
    carried = builds.folder.parent / "carried"
    assert builds.run("--not-enforced", "--carry", str(carried)) == 0
    printed = capfd.readouterr().out
    assert json.loads((carried / "adapter_config.json").read_bytes())["model"] == "base"
    assert [line for line in printed.splitlines() if ": unchanged: " in line] == [
        f"[{number}/7] {name}: unchanged: {before.stages[name].said}"
        for number, name in enumerate(STAGES, 1)
    ]
    assert "gate deploy: FAILED: overall 0 % < 80 %" in printed
    assert builds.record == before

    # What changes, and what is made again for it alone.
    assert plan_of(bits=4) == {
        "audit": "unchanged",
        "clean": "unchanged",
        "train": "unchanged",
        "fuse": "it was deleted, and quantize reads it",
        "quantize": "quantize.bits changed",
        "fidelity": "quantize changed",
        "evaluate": "quantize changed",
    }
    assert plan_of(iterations=6)["train"] == "train.iterations changed"
    assert plan_of("--seed", "1")["train"] == "train.seed changed"
    assert plan_of(fixers=["preambles", "trailing"])["clean"] == "clean.fixers changed"
    shutil.rmtree(run)
    assert plan_of()["evaluate"] == "its output is gone"
    (builds.folder / "data" / "valid.jsonl").write_text("{}\n")
    assert plan_of()["clean"] == "its output is gone"


def test_a_changed_setting_makes_the_stages_after_it_again(builds, capfd):
    assert builds.run("--until", "fidelity", "--keep-intermediates") == 0
    before = builds.record
    assert builds.run("--until", "fidelity", bits=4, keep=["quantized"]) == 0
    after = builds.record
    same = [name for name in after.stages if after.stages[name] == before.stages[name]]
    # Fused was there and is deleted now that nothing reads it.
    assert same == ["audit", "clean", "train"]
    assert before.stages["fuse"].fingerprint == after.stages["fuse"].fingerprint
    assert after.stages["fuse"].deleted
    assert (builds.folder / "4bit").is_dir()
    capfd.readouterr()


def test_data_that_changed_is_cleaned_and_trained_on_again(builds, plan_of, tmp_path):
    assert builds.run("--until", "train") == 0
    shutil.copytree(builds.place / "data", tmp_path / "more")
    train = tmp_path / "more" / "train.jsonl"
    train.write_text(train.read_text().replace("Let me look. ", "Looking. "))
    plan = plan_of("--data", str(tmp_path / "more"), "--until", "train")
    assert plan == {
        "audit": "data train.jsonl changed",
        "clean": "data train.jsonl changed",
        "train": "clean changed",
    }
    # Cleaned, they are the same rows: the adapter is what it would be.
    assert builds.run("--data", str(tmp_path / "more"), "--until", "train") == 0
    assert plan_of("--data", str(tmp_path / "more"), "--until", "train") == dict.fromkeys(
        ("audit", "clean", "train"), "unchanged"
    )


def test_a_finished_adapter_is_taken_where_the_training_would_be_the_same(builds, capfd, tmp_path):
    assert builds.run("--until", "train") == 0
    (tmp_path / "adapters").mkdir()
    shutil.move(builds.folder / "adapter", tmp_path / "adapters" / "anything")
    (tmp_path / "adapters" / "broken").mkdir()
    shutil.rmtree(builds.folder)
    capfd.readouterr()
    words = ("--until", "train", "--adapters", str(tmp_path / "adapters"))
    assert builds.run(*words) == 0
    assert f"the same training made {tmp_path}/adapters/anything" in capfd.readouterr().out
    shutil.rmtree(builds.folder)
    assert builds.run(*words, iterations=2) == 0
    assert "train: 2 iterations, train loss" in capfd.readouterr().out


def test_a_fused_model_that_is_its_base_stops_the_build(builds, capfd, make_adapter, tmp_path):
    make_adapter(builds.place / "base", tmp_path / "adapter", layers=2, size=0.05)
    words = ("--adapter", str(tmp_path / "adapter"), "--keep-intermediates")
    assert builds.run(*words, "--until", "quantize") == 0
    fused = builds.folder / "fused"
    # The record stays: what it says was made is not what lies there.
    shutil.copytree(builds.place / "base", fused, dirs_exist_ok=True)
    capfd.readouterr()
    assert builds.run(*words) == 1
    printed = capfd.readouterr().out
    assert "callgate: the fused model behaves like its base: it agrees with the base on" in printed
    assert "evaluate" not in printed
    assert "fidelity" not in builds.record.stages


def test_a_folder_with_other_things_is_not_built_in(builds, capfd):
    builds.folder.mkdir()
    (builds.folder / "thesis.txt").write_text("")
    assert builds.run() == 2
    assert capfd.readouterr().err == (
        f"callgate: error: {builds.folder} is no build folder and not empty: choose another --out\n"
    )


def test_errors_that_cleaning_leaves_refuse_the_build(builds, capfd):
    assert builds.run(fixers=["trailing"]) == 2
    assert capfd.readouterr().err == (
        f"callgate: error: {builds.folder}/data: the audit finds errors in the data to train on: "
        "preamble (6 rows); mend them, or train on them nevertheless with --force, or errors = "
        '"allow" in the table [audit] of the profile\n'
    )
    assert not (builds.folder / "data").exists()
    assert builds.run("--force", "--until", "clean", fixers=["trailing"]) == 0
    assert "Let me look" in (builds.folder / "data" / "train.jsonl").read_text()


def test_a_base_that_is_not_there_is_named(builds, capfd):
    assert builds.run("--base", "nowhere") == 2
    assert capfd.readouterr().err.startswith(
        f"callgate: error: there is no model folder {Path.cwd()}/nowhere: give the path of a folder"
    )


def test_the_built_in_profiles_are_listed(capfd):
    assert main(["build", "--list"]) == 0
    printed = capfd.readouterr().out
    assert printed.splitlines()[4:] == [
        "production      Qwen2.5-Coder-32B on a Mac with 64 GB: four to six hours",
        "                Qwen2.5-Coder-32B-Instruct-4bit, data/balanced, 800 iterations at 0.0001, "
        "5 bits in groups of 64, gate deploy",
    ]


def test_a_profile_with_workers_trains_in_so_many_processes(builds, plan_of):
    assert builds.run("--until", "train", workers=2) == 0
    trained = json.loads((builds.folder / "adapter" / "train.json").read_bytes())
    assert trained["identity"]["workers"] == 2
    assert plan_of("--until", "train", workers=2)["train"] == "unchanged"
    assert plan_of("--until", "train")["train"] == "train.batch_size and 1 more changed"


@pytest.fixture
def first(builds) -> Path:
    """The profile of a first training, beside the profile `mine`."""
    return builds.profile().rename(builds.folder.parent / "first.toml")


def test_a_build_trains_first_what_its_training_goes_on_from(builds, first, capfd, plan_of):
    assert builds.run("--until", "train", start="first.toml") == 0
    printed = capfd.readouterr().out
    assert "[3/4] start: not made yet\n" in printed
    assert "[3/3] train: not made yet\n" in printed
    start = json.loads((builds.folder / "start" / "adapter" / "train.json").read_bytes())
    trained = json.loads((builds.folder / "adapter" / "train.json").read_bytes())
    assert trained["start"] == start
    assert trained["identity"]["start"] == builds.record.stages["start"].fingerprint

    begun = ("--until", "train")
    assert set(plan_of(*begun, start="first.toml").values()) == {"unchanged"}
    plan = plan_of(*begun, start="first.toml", iterations=2)
    assert (plan["start"], plan["train"]) == ("unchanged", "train.iterations changed")
    assert plan_of(*begun)["train"] == "start changed"
    text = first.read_text().replace("iterations = 4", "iterations = 6")
    first.write_text(text)
    plan = plan_of(*begun, start="first.toml")
    assert (plan["start"], plan["train"]) == ("train.train.iterations changed", "start changed")


@pytest.mark.usefixtures("first")
def test_a_build_with_a_finished_adapter_trains_nothing_before_it(builds, plan_of):
    assert builds.run("--until", "train") == 0
    adapter = builds.folder.parent / "adapter"
    shutil.move(builds.folder / "adapter", adapter)
    plan = plan_of("--until", "train", "--adapter", str(adapter), start="first.toml")
    assert list(plan) == ["audit", "clean", "train"]


@pytest.mark.usefixtures("first")
def test_two_workers_go_on_from_an_adapter_too(builds):
    assert builds.run("--until", "train", start="first.toml", workers=2) == 0
    trained = json.loads((builds.folder / "adapter" / "train.json").read_bytes())
    assert trained["identity"]["start"] == builds.record.stages["start"].fingerprint


def test_a_first_training_with_other_matrices_is_refused_before_it_begins(builds, first, capfd):
    first.write_text(first.read_text().replace("[train]", "[train]\nrank = 4"))
    assert builds.run("--until", "train", start="first.toml") == 2
    assert capfd.readouterr().err == (
        "callgate: error: start: train.rank is 4 in the profile first and 8 in this one: "
        "matrices stay as they are\n"
    )
    assert not builds.folder.exists()


def test_a_first_training_that_goes_on_from_another_is_refused(builds, first, capfd):
    first.write_text(first.read_text().replace('start = ""', 'start = "mine.toml"'))
    assert builds.run("--until", "train", start="first.toml") == 2
    assert capfd.readouterr().err == (
        f"callgate: error: start: the profile first starts from {builds.folder.parent}/mine.toml "
        "itself: one training before another is what is done\n"
    )


def test_a_stage_that_a_profile_has_not_ends_the_build_where_it_would_stand(plan_of):
    assert list(plan_of("--until", "start")) == ["audit", "clean"]
    assert list(plan_of("--until", "clean", fixers=[])) == ["audit"]
