"""The exit code is the gate's: misses count as failures only when the gate failed."""

import json
import re


def results(outcome, folder="0002_recorded-again"):
    return json.loads((outcome.reports / folder / "results.json").read_text())


def test_all_right_passes(record, run_evals):
    record()
    outcome = run_evals("--replay", "1")
    assert outcome.code == 0, outcome.output
    assert "57 passed" in outcome.output
    assert "verdict: deploy (strict >= 80 %): 57 of 57 strict, 100.0 %" in outcome.output
    assert results(outcome)["summary"]["strict_pct"] == 100


def test_misses_are_no_failures_when_the_gate_passed(record, run_evals, ids):
    record(missing=ids[:11])
    outcome = run_evals("--replay", "1")
    assert outcome.code == 0, outcome.output
    assert "46 passed, 11 missed" in outcome.output
    assert "gate deploy: passed" in outcome.output


def test_a_failed_gate_is_exit_code_1(record, run_evals, ids):
    record(missing=ids[:12])
    outcome = run_evals("--replay", "1")
    assert outcome.code == 1, outcome.output
    assert "gate deploy: FAILED: overall 78.9 % < 80 %" in outcome.output
    assert "verdict: augment the data (strict 70-79 %)" in outcome.output


def test_every_target_of_a_policy_counts(record, run_evals, suite):
    git = [case.id for case in suite.cases if "git_tools" in case.groups]
    record(missing=git[:1])
    outcome = run_evals("--replay", "1", "--gate", "minimum")
    assert outcome.code == 1, outcome.output
    assert "gate minimum: FAILED: git_tools 87.5 % < 90 %" in outcome.output


def test_a_gate_that_is_off_passes_whatever_was_missed(record, run_evals, ids):
    record(missing=ids)
    outcome = run_evals("--replay", "1", "--gate", "off")
    assert outcome.code == 0, outcome.output
    assert "gate deploy (shown, not enforced): FAILED: overall 0 % < 80 %" in outcome.output


def test_stopping_at_the_first_miss_is_never_0_and_leaves_no_folder(record, run_evals, ids):
    record(missing=ids)
    outcome = run_evals("--replay", "1", "--gate", "off", "-x")
    assert outcome.code == 1, outcome.output
    assert "not finished: 56 of 57 cases were not judged" in outcome.output
    assert outcome.folders == []


def test_a_partial_selection_is_not_judged_as_the_whole(record, run_evals):
    record()
    outcome = run_evals("--replay", "1", "-m", "multi_turn")
    assert outcome.code == 0, outcome.output
    assert "verdict: no verdict: 12 of 57 cases were asked (partial)" in outcome.output
    assert "gate deploy: not judged (partial): cases are missing for overall" in outcome.output
    assert "overall (12 of 57)" in outcome.output


def test_a_miss_in_a_partial_selection_keeps_the_ordinary_exit_code(record, run_evals, suite):
    record(missing=[next(case.id for case in suite.cases if case.second_turn)])
    outcome = run_evals("--replay", "1", "-m", "multi_turn")
    assert outcome.code == 1, outcome.output


def test_an_error_of_ours_fails_even_when_the_gate_passes(record, run_evals, ids):
    record()
    plugin = (
        "import pytest\n"
        "@pytest.hookimpl(wrapper=True, trylast=True)\n"
        "def pytest_runtest_call(item):\n"
        "    result = yield\n"
        f"    if {ids[0]!r} in item.nodeid:\n"
        "        raise RuntimeError('a bug')\n"
        "    return result\n"
    )
    outcome = run_evals("--replay", "1", plugin=plugin)
    assert outcome.code == 1, outcome.output
    assert "1 failed, 56 passed" in outcome.output


def test_two_workers_give_the_same_results(record, run_evals, ids):
    record(missing=ids[3:9])
    alone = run_evals("--replay", "1", "--gate", "off", "--run-name", "alone")
    together = run_evals("--replay", "1", "--gate", "off", "--run-name", "together", "-n", "2")
    assert (alone.code, together.code) == (0, 0), together.output
    assert results(alone, "0002_alone") == results(together, "0003_together")


def test_two_workers_obey_the_gate(record, run_evals, ids):
    record(missing=ids[:12])
    outcome = run_evals("--replay", "1", "-n", "2")
    assert outcome.code == 1, outcome.output
    assert "45 passed, 12 missed" in outcome.output


def test_a_crashed_worker_is_an_error(record, run_evals, ids):
    record()
    plugin = (
        "import os\n"
        "def pytest_runtest_call(item):\n"
        f"    if {ids[-1]!r} in item.nodeid:\n"
        "        os._exit(3)\n"
    )
    outcome = run_evals("--replay", "1", "-n", "2", plugin=plugin)
    assert outcome.code == 1, outcome.output
    # At least the case that killed it; more where it was given others as it died.
    assert re.search(r"not finished: \d+ of 57 cases were not judged", outcome.output)
    assert "INTERNALERROR" not in outcome.output
    assert outcome.folders == []


def test_a_worker_that_is_dead_when_it_is_given_cases(record, run_evals):
    record()
    # Collecting is done when both workers have reported; the cases are sent right after.
    plugin = (
        "import pytest\n"
        "collected = []\n"
        "@pytest.hookimpl(optionalhook=True)\n"
        "def pytest_xdist_node_collection_finished(node):\n"
        "    collected.append(node)\n"
        "    if len(collected) == 2:\n"
        "        node.gateway._io.popen.kill()\n"
        "        node.gateway._io.popen.wait()\n"
    )
    outcome = run_evals("--replay", "1", "-n", "2", plugin=plugin)
    assert outcome.code == 1, outcome.output
    assert "not finished: 57 of 57 cases were not judged" in outcome.output
    assert (
        "callgate: error: a worker died while it was given cases; its own output above may say "
        "why, and the same command goes on from the answers kept"
    ) in outcome.output
    assert "Traceback" not in outcome.output
    assert "INTERNALERROR" not in outcome.output
    assert outcome.folders == []
    assert run_evals("--replay", "1", "-n", "2").code == 0


def test_another_problem_of_the_controller_is_not_taken_for_a_dead_worker(record, run_evals):
    record()
    plugin = (
        "import errno\n"
        "def pytest_runtest_logreport(report):\n"
        "    raise OSError(errno.ENOSPC, 'No space left on device')\n"
    )
    outcome = run_evals("--replay", "1", plugin=plugin)
    assert outcome.code == 3, outcome.output
    assert "INTERNALERROR> OSError: [Errno 28] No space left on device" in outcome.output
    assert "a worker died" not in outcome.output


def test_a_rerun_counts_each_case_once(record, run_evals, ids):
    record(missing=ids[:2])
    outcome = run_evals("--replay", "1", "--reruns", "1")
    assert outcome.code == 0, outcome.output
    assert "55 passed, 2 rerun, 2 missed" in outcome.output
    assert results(outcome)["summary"]["strict"] == 55


def test_the_last_misses_can_be_asked_again(record, run_evals, ids):
    record(missing=ids[:2])
    run_evals("--replay", "1", "--gate", "off")
    outcome = run_evals("--replay", "1", "--gate", "off", "--lf")
    assert "2 missed" in outcome.output
    assert "overall (2 of 57)" in outcome.output
