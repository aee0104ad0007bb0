"""Bad input is one clear line, an exit code that is not 0, and no half-written folder."""

import json
import resource
import shutil

import pytest

from .conftest import CHECKOUT


def error_line(outcome):
    lines = [line for line in outcome.output.splitlines() if line.startswith("ERROR: callgate: ")]
    assert len(lines) == 1, outcome.output
    return lines[0].removeprefix("ERROR: callgate: ")


@pytest.fixture
def model(tiny_model, tmp_path):
    return shutil.copytree(tiny_model, tmp_path / "model")


def test_a_missing_model_folder(run_evals, tmp_path):
    outcome = run_evals("--model", tmp_path / "nowhere")
    assert outcome.code == 4
    assert str(tmp_path / "nowhere") in error_line(outcome)
    assert outcome.folders == []


def test_a_model_without_a_tokenizer(run_evals, model):
    (model / "tokenizer.json").unlink()
    outcome = run_evals("--model", model)
    assert outcome.code == 4
    assert "tokenizer" in error_line(outcome)
    assert outcome.folders == []


def test_a_model_without_a_chat_template(run_evals, model):
    (model / "chat_template.jinja").unlink(missing_ok=True)
    config = json.loads((model / "tokenizer_config.json").read_text())
    config.pop("chat_template", None)
    (model / "tokenizer_config.json").write_text(json.dumps(config))
    outcome = run_evals("--model", model)
    assert outcome.code == 4
    assert "chat template" in error_line(outcome)


def test_truncated_weights(run_evals, model):
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    outcome = run_evals("--model", model)
    assert outcome.code == 4
    assert "truncated" in error_line(outcome)
    assert outcome.folders == []


def test_a_prompt_longer_than_the_context(run_evals, model):
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 32}))
    outcome = run_evals("--model", model, "-k", "cached_diff")
    assert outcome.code == 2
    assert "and the model reads 32: shorten the query or the system prompt" in outcome.output
    assert outcome.folders == [".unfinished"]


def test_a_query_file_with_a_syntax_error(run_evals, tmp_path):
    copy = tmp_path / "copy"
    for name in ("evals", "fixtures", "pipeline"):
        shutil.copytree(CHECKOUT / name, copy / name)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, copy / name)
    queries = copy / "fixtures" / "queries" / "edge_cases.toml"
    queries.write_text(queries.read_text() + "\nnot toml")
    outcome = run_evals(cwd=copy)
    assert outcome.code == 4
    assert error_line(outcome).startswith(f"{queries}: not valid TOML: ")


def test_reports_that_cannot_be_written(run_evals, record, tmp_path):
    recorded = record()
    (tmp_path / "file").write_text("in the way")
    outcome = run_evals("--replay", recorded, "--reports", tmp_path / "file")
    assert outcome.code == 4
    assert error_line(outcome) == (
        f"{tmp_path / 'file'}: no run folder can be written there: File exists; "
        "free it or choose another with --reports DIR"
    )


def test_an_unknown_gate(run_evals):
    outcome = run_evals("--gate", "strictest")
    assert outcome.code == 4
    assert error_line(outcome).startswith(
        "no gate is named 'strictest': known are deploy, minimum, stretch, no_regression, certain, "
    )


def test_a_replay_of_a_run_of_another_suite(run_evals, record, suite):
    folder = record()
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"suite_sha256": "0" * 64}))
    outcome = run_evals("--replay", "1")
    assert outcome.code == 4
    assert error_line(outcome) == (
        f"{folder}: its answers belong to suite 000000000000, and this checkout has suite "
        f"{suite.sha256[:12]}: ask the model again, or check out the version that asked it"
    )


def test_a_replay_of_a_run_that_does_not_exist(run_evals, reports):
    outcome = run_evals("--replay", "7")
    assert outcome.code == 4
    assert error_line(outcome) == f"7: no such run; the latest in {reports} are: none yet"


def test_a_replay_of_answers_that_are_cut_off(run_evals, record):
    folder = record()
    content = (folder / "answers.jsonl").read_bytes()
    (folder / "answers.jsonl").write_bytes(content[:-20])
    outcome = run_evals("--replay", "1")
    assert outcome.code == 2
    assert "cut off; the file is not complete" in outcome.output
    assert outcome.folders == []


def files_of_at_most(size):
    """A limit of the kernel on every file that the process writes: a disk that is really full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_disk_that_is_full_when_the_folder_is_written(run_evals, record):
    record()
    outcome = run_evals("--replay", "1", preexec_fn=files_of_at_most(60_000))
    assert outcome.code != 0
    assert "callgate: error: no run folder was written: " in outcome.output
    assert "File too large" in outcome.output
    assert outcome.folders == []


def test_a_disk_that_is_full_while_answers_are_written(run_evals, tiny_model):
    asked = ("--model", tiny_model, "--max-tokens", "24", "-m", "multi_turn")
    outcome = run_evals(*asked, preexec_fn=files_of_at_most(8_000))
    assert outcome.code != 0
    assert "File too large; finished answers are kept" in outcome.output
    assert outcome.folders == [".unfinished"]


@pytest.mark.parametrize("option", ["--batch-size", "--max-tokens"])
def test_a_number_that_is_none(run_evals, option):
    outcome = run_evals(option, "0")
    assert outcome.code == 4
    assert f"argument {option}: '0' is not a whole number of at least 1" in outcome.output
