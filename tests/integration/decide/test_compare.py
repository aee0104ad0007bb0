"""`callgate compare`: what it says of two runs, and which it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import seconds_of_children

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def seed_file(tmp_path):
    """Write a results file that holds the keys of a summary and nothing else."""

    def write(name, strict_pct, **categories):
        rates = {category: {"strict_pct": rate} for category, rate in categories.items()}
        summary = {"strict_pct": strict_pct, "soft_pct": 90.0, "categories": rates}
        path = tmp_path / name
        path.write_text(json.dumps({"summary": summary}))
        return path

    return write


def test_the_end_is_one_honest_sentence(run, callgate, ids):
    run("before", missing=ids[:8])
    run("after", missing=[ids[0], ids[20]])
    code, printed = callgate("compare", "1", "2")
    assert code == 0, printed
    assert printed.endswith(
        "success (after: 75 % or more); 7 fixed, 1 broken, p = 0.07: not enough cases to be sure\n"
    )


def test_every_case_is_named_under_what_became_of_it(run, callgate, ids, tmp_path):
    run(missing=ids[:3])
    run("better", missing=[ids[2], ids[9]])
    code, _ = callgate("compare", "model", "better", "--json", tmp_path / "c.json")
    comparison = json.loads((tmp_path / "c.json").read_text())
    outcomes = {case["id"]: case["outcome"] for case in comparison["cases"]}
    assert code == 0
    assert [outcomes[ids[n]] for n in (0, 1, 2, 9)] == [
        "fixed",
        "fixed",
        "still failing",
        "broken",
    ]
    assert len(outcomes) == 57


def test_a_category_that_gains_20_points_is_up(run, callgate, of):
    run(missing=of("cross_tool")[:2])
    run()
    _, printed = callgate("compare", "1", "2")
    line = next(line for line in printed.splitlines() if line.startswith("cross_tool"))
    assert line.split()[-1] == "up"
    assert "+20.0" in line


def test_runs_of_another_suite_prompt_and_judge_are_refused_by_name(run, callgate):
    run()
    run("other", system_prompt="Be brief.")
    code, printed = callgate("compare", "1", "2")
    assert code == 2
    assert printed.startswith(
        "callgate: error: 0001_model and 0002_other cannot be compared as they are: they differ in "
        "system prompt ('You are a coding assistant that works on a Python project through tools.' "
        "and 'Be brief.'); --common compares the 57 cases that they share"
    )


def test_runs_asked_in_other_call_formats_are_refused(run, callgate):
    run()
    path = run("json") / "results.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"call_format": "json"}))
    code, printed = callgate("compare", "1", "2")
    assert code == 2
    assert "they differ in call format (code and json)" in printed


def test_common_compares_what_both_asked(run, callgate, of):
    run(asked=of("multi_turn"))
    run()
    assert callgate("compare", "1", "2")[0] == 2
    code, printed = callgate("compare", "1", "2", "--common")
    assert code == 0, printed
    assert "note: the runs differ in cases (45 are in one run only)" in printed
    assert "compared were 12 of 57 cases" in printed
    assert "no conclusion; 0 fixed, 0 broken: every case ended as before" in printed


def test_common_leaves_out_a_case_that_was_asked_in_other_words(run, callgate, ids):
    run(suite_sha256="0" * 64)
    folder = run("reworded")
    results = json.loads((folder / "results.json").read_text())
    (folder / "results.json").write_text(json.dumps(results | {"suite_sha256": "0" * 64}))
    answers = (folder / "answers.jsonl").read_text().replace("user\\n", "user\\nPlease: ", 1)
    (folder / "answers.jsonl").write_text(answers)
    code, printed = callgate("compare", "1", "2", "--common")
    assert code == 0, printed
    left_out = json.loads(answers.splitlines()[0])["case"]
    assert left_out in ids
    assert f"note: left out, because the query changed: {left_out}" in printed
    assert "56/56" in printed


def test_no_case_in_common_is_an_error_even_with_common(run, callgate, of):
    run(asked=of("multi_turn"))
    run("single", asked=of("single_turn"))
    code, printed = callgate("compare", "1", "2", "--common")
    assert code == 2
    assert "0001_model and 0002_single have no case in common" in printed


def test_other_lengths_are_a_note_not_a_refusal(run, callgate):
    run()
    run(sampling={"max_tokens": 64, "temperature": 0.0, "seed": 0})
    code, printed = callgate("compare", "1", "2")
    assert code == 0
    assert "note: the runs differ in longest answer (512 tokens and 64 tokens)" in printed


def test_summaries_alone_are_compared_as_far_as_they_tell(seed_file, callgate):
    before = seed_file("before.json", 46, single_tool=30, cross_tool=20)
    after = seed_file("after.json", 72, single_tool=80, cross_tool=25)
    code, printed = callgate("compare", before, after)
    assert code == 0, printed
    assert "single_tool" in printed
    assert "note: the files do not say which cases passed" in printed
    assert printed.endswith(
        "partial (after: 65-75 %); +26.0 points: whether that is more than chance cannot be told, "
        "because the files do not say which cases passed\n"
    )


def test_a_summary_without_categories_has_its_overall_rate(seed_file, callgate):
    code, printed = callgate("compare", seed_file("a.json", 46), seed_file("b.json", 70))
    assert code == 0
    assert "+24.0" in printed


def test_a_summary_with_counts_has_intervals(tmp_path, callgate):
    for name, strict in (("a.json", 26), ("b.json", 46)):
        summary = {"strict_pct": 100 * strict / 57, "strict": strict, "cases": 57}
        empty = {"empty": {"strict_pct": 0, "strict": 0, "cases": 0}}
        (tmp_path / name).write_text(json.dumps({"summary": summary | {"categories": empty}}))
    code, printed = callgate("compare", tmp_path / "a.json", tmp_path / "b.json")
    assert code == 0, printed
    assert "46/57 80.7 % [69-89]" in printed


def test_a_percentage_above_100_is_named(seed_file, callgate):
    path = seed_file("a.json", 460)
    code, printed = callgate("compare", path, seed_file("b.json", 70))
    assert code == 2
    assert f"{path}: field 'summary.strict_pct': Input should be less than or equal" in printed


def test_a_summary_is_compared_with_a_run(seed_file, run, callgate):
    run()
    code, printed = callgate("compare", seed_file("before.json", 46, single_tool=30), "1")
    assert code == 0, printed
    assert "57/57 100.0 % [94-100]" in printed


def test_a_file_of_another_schema_is_refused_by_its_number(run, callgate, tmp_path):
    run()
    (tmp_path / "new.json").write_text('{"schema_version": 7, "summary": {}}')
    code, printed = callgate("compare", tmp_path / "new.json", "1")
    assert code == 2
    assert printed == (
        f"callgate: error: {tmp_path / 'new.json'}: results of schema 7: "
        "this version reads 1 and 2\n"
    )


@pytest.mark.parametrize("name", ["manifest.json", "results.json", "answers.jsonl"])
def test_a_run_folder_cut_short_is_named(run, callgate, name):
    run()
    folder = run()
    (folder / name).unlink()
    code, printed = callgate("compare", "1", "2")
    assert code == 2
    assert printed == f"callgate: error: {folder}: not a complete run folder: {name} missing\n"


def test_a_results_file_cut_short_is_named(run, callgate):
    run()
    path = run() / "results.json"
    path.write_bytes(path.read_bytes()[:5000])
    code, printed = callgate("compare", "1", path)
    assert code == 2
    assert f"{path}: not valid JSON, perhaps cut short" in printed


def test_two_runs_of_the_same_name_must_be_told_apart(run, callgate):
    run()
    run()
    code, printed = callgate("compare", "model", "latest")
    assert code == 2
    assert printed == (
        "callgate: error: model: several runs are meant by this: 0001_model, 0002_model; "
        "give the number\n"
    )


def test_a_run_is_not_compared_with_itself(run, callgate):
    run()
    code, printed = callgate("compare", "1", "latest")
    assert code == 2
    assert "is both A and B" in printed


def test_markdown_shows_generated_text_as_text(run, callgate, ids, tmp_path):
    run()
    run("<b>|x|", missing=[ids[0]])
    code, _ = callgate("compare", "1", "2", "--markdown", tmp_path / "comment.md")
    written = (tmp_path / "comment.md").read_text()
    assert code == 0
    assert written.startswith("### callgate: 0001\\_model → 0002\\_")
    assert "<b>" not in written
    assert f"broken (1)</summary>\n\n- {ids[0]}".replace("_", "\\_") in written


def test_it_takes_less_than_a_second(run, ids, reports, tmp_path):
    run(missing=ids[:9])
    run(missing=ids[5:20])
    words = ["compare", "1", "2", "--reports", reports, "--html", tmp_path / "c.html"]
    code = f"from pipeline.cli import main; main({[str(word) for word in words]!r})"
    before = seconds_of_children()
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, capture_output=True)
    assert seconds_of_children() - before < 1
