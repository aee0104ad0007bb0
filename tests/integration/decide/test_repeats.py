"""Runs of repeated cases: compared, gated, listed, shown, promoted."""

import json
import re

import pytest


@pytest.fixture
def five(run, ids):
    """Two runs of five answers each: eight cases get better, one worse."""
    run("before", repeats=5, missing=ids[:2], flaky=dict.fromkeys(ids[2:8], 4))
    return run("after", repeats=5, flaky={ids[0]: 2, ids[20]: 1})


def rows(printed):
    return {line.split()[0]: line for line in printed.splitlines() if line.strip()}


@pytest.mark.usefixtures("five")
def test_a_comparison_counts_answers_and_says_what_fixed_means(callgate, ids):
    code, printed = callgate("compare", "1", "2")
    assert code == 0, printed
    overall = rows(printed)["overall"]
    assert "251/285 88.1 %" in overall
    assert "282/285 98.9 %" in overall
    assert "+10.9" in overall
    assert "fixed and broken: cases that passed more often and less often than before" in printed
    assert f"  {ids[0]} (0/5 → 3/5; turn 1, " in printed
    assert f"  {ids[1]} (0/5 → 5/5; was turn 1, " in printed
    assert f"  {ids[20]} (5/5 → 4/5; turn 1, " in printed
    assert printed.endswith(
        "success (after: 75 % or more); 8 cases passed more often, 1 less often, p = 0.0078: "
        "better, and chance alone would seldom do this\n"
    )


def test_a_run_of_repeats_is_compared_with_a_greedy_one(run, callgate, ids):
    run(missing=ids[:4])
    run("drawn", repeats=5, flaky={ids[0]: 1})
    code, printed = callgate("compare", "1", "2")
    assert code == 0, printed
    assert "note: the runs differ in temperature (0 and 0.7)" in printed
    assert "note: the runs differ in repeats (1 and 5)" in printed
    assert f"{ids[0]} (0/1 → 4/5; turn 1, " in printed


@pytest.mark.usefixtures("five")
def test_json_holds_how_often_each_case_passed(callgate, ids, tmp_path):
    callgate("compare", "1", "2", "--json", tmp_path / "c.json")
    comparison = json.loads((tmp_path / "c.json").read_text())
    assert comparison["schema_version"] == 2
    assert (comparison["before"]["repeats"], comparison["after"]["repeats"]) == (5, 5)
    case = next(case for case in comparison["cases"] if case["id"] == ids[2])
    assert case["outcome"] == "fixed"
    assert (case["before"]["passed"], case["after"]["passed"]) == (1, 5)


@pytest.mark.usefixtures("five")
def test_the_page_shows_the_first_answer_that_missed(callgate, ids, tmp_path):
    assert callgate("compare", "1", "2", "--html", tmp_path / "c.html")[0] == 0
    page = (tmp_path / "c.html").read_text()
    assert "0001_before, repeat 1 of 5" in page
    assert f"{ids[20]} 5/5 → 4/5" in page


def test_the_gate_judges_the_mean(run, callgate, ids):
    # 11 cases never and one in 3 of 5: 228 of 285 are exactly 80 %.
    run(repeats=5, missing=ids[:11], flaky={ids[11]: 2})
    run("less", repeats=5, missing=ids[:11], flaky={ids[11]: 3})
    assert callgate("gate", "1")[0] == 0
    code, printed = callgate("gate", "2")
    assert code == 1
    assert "gate deploy: FAILED: overall 79.6 % < 80 %" in printed
    assert "pass^5" in printed


def test_being_worse_than_the_baseline_counts_how_often(run, callgate, of):
    run("base", repeats=4)
    run("worse", repeats=4, flaky=dict.fromkeys(of("direct_answers"), 1))
    code, printed = callgate("gate", "2", "--policy", "no_regression", "--baseline", "1")
    assert code == 1, printed
    assert "direct_answers is worse than in 0001_base (5 broken, 0 fixed, p = 0.031)" in printed


def test_lists_and_cards_tell_of_repeats(five, callgate):
    assert "0002_after   2026-01-01 00:00  282/285  98.9 %  deploy" in callgate("runs", "list")[1]
    shown = callgate("runs", "show", "2")[1]
    assert "pass^k, all of k answers pass: k = 1 98.9 %" in shown
    assert callgate("promote", "2")[0] == 0
    card = (five / "model_card.md").read_text()
    assert "intervals are 95 % Wilson intervals, clustered by case" in card
    assert ", passed 3 of 5 times): " in card


def test_next_steps_count_answers(run, callgate, of):
    folder = run(repeats=5, missing=of("cross_tool"), flaky=dict.fromkeys(of("multi_turn"), 2))
    assert callgate("promote", "1")[0] == 1
    steps = (folder / "next_steps.md").read_text()
    assert "cross_tool: 0 of 50 strict, 40 more for 80 %" in steps


@pytest.mark.usefixtures("five")
def test_the_site_shows_flaky_cases_as_such(callgate, ids, reports):
    assert callgate("report")[0] == 0
    index = (reports / "index.html").read_text()
    assert '<b class="warn">flaky 3/5</b>' in index
    assert 'data-outcome="flaky failed"' in index
    assert "amber passed in some repeats" in index
    page = (reports / "site" / "runs" / "0002_after.html").read_text()
    assert "pass@k, one of k answers passes: k = 1 98.9 %" in page
    assert page.count("<h3>Repeat 1: ") == 57
    case = (reports / "site" / "cases" / f"{ids[0]}.html").read_text()
    assert '<b class="warn">flaky 3/5</b>' in case


def test_a_thousand_repeats_are_compared_gated_and_shown(run, callgate, of, reports, tmp_path):
    asked = of("edge_cases")
    run("before", repeats=1000, asked=asked, flaky={asked[0]: 400, asked[1]: 1000})
    folder = run("after", repeats=1000, asked=asked, flaky={asked[0]: 1, asked[1]: 990})
    assert (folder / "results.json").stat().st_size < 2_000_000
    code, printed = callgate("compare", "1", "2", "--html", tmp_path / "c.html")
    assert code == 0, printed
    assert "3600/5000 72.0 %" in printed
    assert "4009/5000 80.2 %" in printed
    assert f"{asked[1]} (0/1000 → 10/1000; " in printed
    assert callgate("gate", "2")[0] == 3
    assert callgate("report")[0] == 0
    page = (reports / "site" / "runs" / "0002_after.html").read_text()
    assert re.search(r"pass\^k, all of k answers pass: k = 1 80\.2 %, .* k = 1000 60\.0 %", page)
    assert len(page) < 500_000
