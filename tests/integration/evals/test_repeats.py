"""Cases asked several times: the same answers whoever computes them, and what is said of them."""

import json
import signal

import pytest

from .conftest import published, results

SELECTED = ("-k", "hands_off or pasted_failure or summary_callers")
DRAWN = (
    *SELECTED,
    "--max-tokens",
    "8",
    "--gate",
    "off",
    "--repeats",
    "3",
    "--temperature",
    "0.7",
    "--seed",
    "5",
)


def texts(folder):
    lines = map(json.loads, (folder / "answers.jsonl").read_text().splitlines())
    return {(line["case"], line["repeat"], line["turn"]): line["text"] for line in lines}


@pytest.fixture(scope="session")
def unbroken(tiny_model, ask_once):
    return ask_once("--model", tiny_model, *DRAWN)


def test_every_repeat_is_an_answer_of_its_own(unbroken):
    found = texts(unbroken)
    assert len(found) == 3 * (1 + 1 + 2)
    assert len(set(found.values())) == len(found)


def test_the_manifest_tells_how_tokens_were_drawn(unbroken):
    manifest = json.loads((unbroken / "manifest.json").read_text())
    assert (manifest["schema_version"], manifest["repeats"]) == (2, 3)
    assert manifest["sampling"] == {"max_tokens": 8, "temperature": 0.7, "seed": 5}


def test_the_results_count_answers(unbroken):
    found = json.loads(results(unbroken))
    assert found["schema_version"] == 2
    assert (found["summary"]["cases"], found["summary"]["repeated"]["repeats"]) == (3, 3)
    assert [len(case["repeated"]["answers"]) for case in found["cases"]] == [3, 3, 3]


def test_two_workers_and_another_batch_give_the_same_answers(
    tiny_model, reports, run_evals, unbroken
):
    outcome = run_evals("--model", tiny_model, *DRAWN, "-n", "2", "--batch-size", "2")
    assert outcome.code == 0, outcome.output
    assert outcome.output.count("asking 3 cases 3 times each: loading the model") == 1
    assert texts(published(reports)) == texts(unbroken)
    assert results(published(reports)) == results(unbroken)


def test_a_killed_run_goes_on_where_it_stopped(
    tiny_model, reports, run_evals, stop_after, unbroken
):
    stop_after(7, signal.SIGKILL, "--model", tiny_model, *DRAWN)
    (store,) = reports.glob(".unfinished/*/answers.jsonl")
    assert store.read_bytes().count(b"\n") == 7
    outcome = run_evals("--model", tiny_model, *DRAWN)
    assert outcome.code == 0, outcome.output
    assert texts(published(reports)) == texts(unbroken)
    assert results(published(reports)) == results(unbroken)
    manifest = json.loads((published(reports) / "manifest.json").read_text())
    assert manifest["engine"]["generated_tokens"] <= 8 * 5


def test_recorded_repeats_are_judged_again(reports, run_evals, unbroken):
    outcome = run_evals("--replay", unbroken, "--gate", "off", *SELECTED)
    assert outcome.code == 0, outcome.output
    assert results(published(reports)) == results(unbroken)
    again, before = (
        json.loads((folder / "manifest.json").read_text())
        for folder in (published(reports), unbroken)
    )
    for name in ("sampling", "repeats", "model_folder", "system_prompt", "schema_version"):
        assert again[name] == before[name]


def test_the_gate_judges_the_mean(record, run_evals, ids):
    # 11 cases miss always and one in 2 of 5: the mean is 228 of 285, exactly 80 %.
    record(missing=ids[:11], repeats=5, flaky={ids[11]: 2})
    outcome = run_evals("--replay", "1")
    assert outcome.code == 0, outcome.output
    assert "45 passed, 12 missed" in outcome.output
    assert "verdict: deploy (strict >= 80 %): 228 of 285 answers (57 cases 5 times)" in (
        outcome.output
    )
    assert f"flaky: 1 of 57 cases pass sometimes: {ids[11]} 3/5" in outcome.output
    page = (outcome.reports / "0002_recorded-again" / "report.html").read_text()
    assert "pass^5" in page
    assert "Passed 3 of 5 times" in page


def test_one_answer_less_fails_the_gate(record, run_evals, ids):
    record(missing=ids[:11], repeats=5, flaky={ids[11]: 3})
    outcome = run_evals("--replay", "1", "-n", "2")
    assert outcome.code == 1, outcome.output
    assert "gate deploy: FAILED: overall 79.6 % < 80 %" in outcome.output


def test_five_equal_answers_are_refused(run_evals, tiny_model):
    outcome = run_evals("--model", tiny_model, "--repeats", "5")
    assert outcome.code == 4
    assert (
        "ERROR: callgate: --repeats 5 at temperature 0 gives 5 equal answers: add "
        "--temperature 0.7, or ask once\n"
    ) in outcome.output
    assert outcome.folders == []
