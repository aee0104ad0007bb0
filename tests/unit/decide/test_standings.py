"""How a run stands where it is weak."""

import pytest

from evals.decide import case_record, make_results
from evals.decide.standings import weak_standings
from evals.judge import judge
from fixtures import CallgateError, load_reference_answers


@pytest.fixture(scope="module")
def results_without(suite):
    """Make the results of a run that is right but for some cases."""
    right = {answer.case: answer.turns for answer in load_reference_answers(suite)}

    def make(missed):
        records = []
        for case in suite.cases:
            turns = ("Well.",) * len(right[case.id]) if case.id in missed else right[case.id]
            records.append(case_record(case, judge(case, turns, suite.responses)))
        return make_results(suite, records, "f" * 64)

    return make


def of(suite, marker):
    return [case.id for case in suite.cases if marker in case.markers]


def test_categories_from_80_percent_on_are_not_weak(suite, results_without):
    assert weak_standings(results_without(of(suite, "cross_tool")[:2]), suite) == []


def test_the_tools_of_each_missed_case_are_told_with_their_alternatives(suite, results_without):
    missed = of(suite, "cross_tool")[:3]
    (standing,) = weak_standings(results_without(missed), suite)
    assert (standing.category, standing.cases, standing.passed) == ("cross_tool", 10, 7)
    assert standing.missed[:2] == (
        frozenset({"git_status", "git_diff", "ruff_check"}),
        frozenset({"goto_definition", "git_log"}),
    )


def test_multi_turn_is_parted_and_tells_the_tools_of_both_turns(suite, results_without):
    (standing,) = weak_standings(results_without(["chain_status_then_diff"]), suite)
    assert (standing.category, standing.cases, standing.passed) == ("chaining", 4, 3)
    assert standing.missed == (frozenset({"git_status", "git_diff"}),)


def test_a_run_of_another_suite_is_refused(suite, results_without):
    results = results_without([]).model_copy(update={"suite_sha256": "0" * 64})
    with pytest.raises(CallgateError, match=r"^the run asked another suite \(000000000000\) than"):
        weak_standings(results, suite)
