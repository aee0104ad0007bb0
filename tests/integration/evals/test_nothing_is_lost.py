"""A real run over a real (tiny) model that is killed, interrupted, or shared by two workers."""

import json
import signal

import pytest

from .conftest import published, results

ASKED = ("-m", "multi_turn", "--max-tokens", "24", "--batch-size", "4", "--gate", "off")


def texts(folder):
    lines = map(json.loads, (folder / "answers.jsonl").read_text().splitlines())
    return {(line["case"], line["turn"]): line["text"] for line in lines}


@pytest.fixture(scope="session")
def unbroken(tiny_model, ask_once):
    return ask_once("--model", tiny_model, *ASKED)


@pytest.mark.parametrize("lines", [0, 1, 9, 15])
def test_a_killed_run_goes_on_where_it_stopped(
    lines, tiny_model, reports, run_evals, unbroken, stop_after
):
    stop_after(lines, signal.SIGKILL, "--model", tiny_model, *ASKED)
    (store,) = reports.glob(".unfinished/*/answers.jsonl")
    assert store.read_bytes().count(b"\n") == lines
    assert [entry for entry in reports.iterdir() if entry.name.startswith("0")] == []
    outcome = run_evals("--model", tiny_model, *ASKED)
    assert outcome.code == 0, outcome.output
    assert texts(published(reports)) == texts(unbroken)
    assert results(published(reports)) == results(unbroken)
    manifest = json.loads((published(reports) / "manifest.json").read_text())
    again = manifest["engine"]["generated_tokens"]
    asked_before = json.loads((unbroken / "manifest.json").read_text())
    assert again < asked_before["engine"]["generated_tokens"] or lines == 0
    assert not store.exists()


def test_a_torn_last_line_is_dropped(tiny_model, reports, run_evals, unbroken, stop_after):
    stop_after(3, signal.SIGKILL, "--model", tiny_model, *ASKED)
    (store,) = reports.glob(".unfinished/*/answers.jsonl")
    whole = store.read_bytes()
    store.write_bytes(whole + whole.splitlines()[0][:40])
    outcome = run_evals("--model", tiny_model, *ASKED)
    assert outcome.code == 0, outcome.output
    assert results(published(reports)) == results(unbroken)


def test_ctrl_c_keeps_the_answers_and_leaves_no_folder(
    tiny_model, reports, run_evals, unbroken, stop_after
):
    outcome = stop_after(5, signal.SIGINT, "--model", tiny_model, *ASKED)
    assert outcome.code == 2, outcome.output
    assert "KeyboardInterrupt" in outcome.output
    assert "answers that were given are kept" in outcome.output
    assert sorted(entry.name for entry in reports.iterdir()) == [".unfinished"]
    run_evals("--model", tiny_model, *ASKED)
    assert results(published(reports)) == results(unbroken)


def test_two_workers_load_the_model_once(tiny_model, reports, run_evals, unbroken):
    outcome = run_evals("--model", tiny_model, *ASKED, "-n", "2")
    assert outcome.code == 0, outcome.output
    assert outcome.output.count("loading the model") == 1
    assert results(published(reports)) == results(unbroken)


def test_a_worker_that_dies_while_it_answers_is_not_followed_by_the_next(tiny_model, run_evals):
    plugin = (
        "import os\n"
        "import evals.ask.session as session\n"
        "def dies(*arguments, **settings):\n"
        "    os._exit(9)\n"
        "session.load_model = dies\n"
    )
    outcome = run_evals("--model", tiny_model, *ASKED, "-n", "2", plugin=plugin)
    assert outcome.code != 0
    assert outcome.output.count("loading the model") == 1
    assert "the worker that was answering the cases died" in outcome.output


def test_the_folder_holds_every_file(unbroken):
    assert sorted(file.name for file in unbroken.iterdir()) == [
        "answers.jsonl",
        "ctrf.json",
        "junit.xml",
        "manifest.json",
        "report.html",
        "results.json",
    ]


def test_the_manifest_tells_how_the_answers_were_made(unbroken, suite, tiny_model):
    manifest = json.loads((unbroken / "manifest.json").read_text())
    assert manifest["suite_sha256"] == suite.sha256
    assert manifest["sampling"] == {"max_tokens": 24, "temperature": 0.0, "seed": 0}
    assert manifest["engine"]["batch_size"] == 4
    assert manifest["engine"]["computed_in"] == "float32"
    assert manifest["engine"]["peak_memory_bytes"] > 10_000_000
    assert manifest["model_folder"] == str(tiny_model)
