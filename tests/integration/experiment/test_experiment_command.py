"""`callgate experiment`: recorded from finished builds, told again, put into a document."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.experiment.arms import arms_named
from evals.experiment.plan import Experiment, experiment_record
from evals.experiment.record import read_experiment
from fixtures import CallgateError
from pipeline.build.adapters import wanted_identity
from pipeline.build.record import BuildRecord, Made, write_record
from pipeline.cli import main
from pipeline.files import sha256_of_file
from pipeline.model.folders import held_by
from pipeline.model.train.manifest import AdapterManifest
from pipeline.model.train.settings import TrainingSettings

CHECKOUT = Path(__file__).resolve().parents[3]
EXAMPLE = CHECKOUT / "reports" / "example" / "results.json"


def finish(build, misses):
    """Write what a finished build leaves; both models missed the cases."""
    stages = {}
    for stage in ("evaluate", "evaluate-fused"):
        run = build.experiment.folder / "reports" / f"{build.name}-{stage}"
        run.mkdir(parents=True)
        results = json.loads(EXAMPLE.read_bytes())
        for case in results["cases"]:
            missed = case["id"] in misses
            case |= {"strict": not missed, "deciding": case["deciding"] if missed else None}
        (run / "results.json").write_text(json.dumps(results))
        fingerprint = sha256_of_file(run / "results.json")
        stages[stage] = Made(
            inputs={}, output=str(run), fingerprint=fingerprint, said="", seconds=1.0
        )
    adapter = build.folder / "adapter"
    adapter.mkdir(parents=True)
    data, settings = build.experiment.data, TrainingSettings(iterations=10, seed=build.seed)
    manifest = AdapterManifest(
        base="tiny",
        identity=wanted_identity("base", data, settings),
        tokens=1,
        counted_tokens=1,
        seconds=1.0,
        peak_bytes=1,
        train_loss=0.25,
        valid_loss=0.5,
        versions={},
        device="cpu",
    )
    (adapter / "train.json").write_text(manifest.model_dump_json())
    write_record(build.folder, BuildRecord(stages=stages))


@pytest.fixture
def experiment(tmp_path):
    for name in ("data", "base", "small"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "train.jsonl").write_text("{}\n")
    (tmp_path / "base" / "config.json").write_text("{}")
    arms = arms_named("augmented,cleaned")
    return Experiment(tmp_path / "small", tmp_path / "data", arms, seeds=2, base=tmp_path / "base")


@pytest.fixture
def finished(experiment):
    """Seed 0 of the first arm missed two cases, its seed 1 and the second arm one."""
    misses = iter([("dirty_files", "newest_commits"), ("dirty_files",), ("dirty_files",), ()])
    for build in experiment.builds:
        finish(build, next(misses))
    return experiment


def test_finished_builds_are_recorded_case_by_case(finished):
    record = experiment_record(finished, "callgate experiment preambles", finished.builds)
    assert len(record.cases) == 57
    assert (record.seeds, record.settings["iterations"]) == ((0, 1), 10)
    assert "seed" not in record.settings
    runs = {(run.arm, run.seed): run for run in record.chosen(None, "quantized")}
    assert runs["augmented", 0].missed == {"dirty_files": "gate", "newest_commits": "gate"}
    assert runs["cleaned", 1].missed == {}
    assert (runs["cleaned", 1].train_loss, runs["cleaned", 1].valid_loss) == (0.25, 0.5)


def test_an_unfinished_build_is_named(finished):
    shutil.rmtree(finished.builds[3].folder)
    with pytest.raises(CallgateError) as problem:
        experiment_record(finished, "callgate experiment preambles", finished.builds)
    assert str(problem.value) == (
        f"{finished.folder}/cleaned_1: the build is not done: give the command again"
    )


def test_a_record_is_told_again_and_put_into_a_document(finished, tmp_path, capsys):
    record = experiment_record(finished, "callgate experiment preambles", finished.builds)
    file = tmp_path / "experiment.json"
    file.write_text(record.model_dump_json())
    document = tmp_path / "docs" / "experiments.md"
    document.parent.mkdir()
    document.write_text("<!-- experiment small -->\n<!-- end of experiment small -->\n")
    words = ["experiment", "preambles", "--from", str(file)]
    assert main([*words, "--write-docs", "--document", str(document)]) == 0
    printed = capsys.readouterr().out
    assert "augmented  55 56           97.4 %" in printed
    assert "cleaned    56 57           99.1 %" in printed
    section = document.read_text()
    assert "| cleaned | 56 57 | 99.1 % |" in section
    assert str(tmp_path) not in section
    plot = document.parent / "images" / "experiment-small.svg"
    words_of_plot = {text.text for text in ElementTree.parse(plot).iter() if text.text}
    assert {"augmented", "cleaned", "fused", "5 bits"} <= words_of_plot
    # Told from what was kept beside the document, it is the same to the byte.
    before = (section, plot.read_bytes())
    kept = document.parent / "small.json"
    assert read_experiment(kept) == record
    words = ["experiment", "preambles", "--from", str(kept)]
    assert main([*words, "--write-docs", "--document", str(document)]) == 0
    assert (document.read_text(), plot.read_bytes()) == before


def test_builds_that_fail_are_named_with_their_logs(tmp_path, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.jsonl").write_text("{}\n")
    out = tmp_path / "small"
    words = ["experiment", "preambles", "--data", str(tmp_path / "data"), "-o", str(out)]
    words += ["--base", str(tmp_path / "nowhere"), "--arms", "augmented,cleaned", "--seeds", "1"]
    assert main([*words, "--jobs", "2"]) == 2
    assert capsys.readouterr().err == (
        f"callgate: error: 2 of 2 builds failed; {out}/augmented_0.log, {out}/cleaned_0.log say "
        "why; the same command makes what is missing\n"
    )
    assert (
        (out / "cleaned_0.log")
        .read_text()
        .startswith(f"callgate: error: there is no model folder {tmp_path}/nowhere: ")
    )


def test_data_that_are_not_there_are_named(tmp_path, capsys):
    assert main(["experiment", "preambles", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"callgate: error: {tmp_path}: holds no train.jsonl\n"


def test_one_experiment_at_a_time_works_in_a_folder(tmp_path, capsys):
    (tmp_path / "train.jsonl").write_text("{}\n")
    out = tmp_path / "small"
    words = ["experiment", "preambles", "--data", str(tmp_path), "-o", str(out)]
    with held_by("experiment", out):
        assert main(words) == 2
    assert capsys.readouterr().err == (
        f"callgate: error: {out}: another experiment is at work there: wait for it\n"
    )
    assert list(out.glob("*.toml")) == []
