import pytest

from evals.judge import Expectation, Turn
from evals.judge.layers.completeness import judge_completeness


@pytest.fixture
def wants_both():
    return Expectation(wants="call", tools=("git_status | git_diff", "ruff_check"))


def wants_facts(*keywords, needed=1):
    return Expectation(wants="answer", keywords=keywords, keywords_needed=needed)


def test_all_tools_pass(call, wants_both):
    assert judge_completeness(call("git_diff('.')\nruff_check('a')"), wants_both) == (
        "pass",
        "expected 2 tools, found all of them",
    )


def test_missing_tool_fails(call, wants_both):
    assert judge_completeness(call("ruff_check('a')"), wants_both) == (
        "fail",
        "expected git_status or git_diff as well, found ruff_check",
    )


def test_tools_of_several_calls_count_together(call, wants_both):
    assert judge_completeness(call("git_diff('.')", "ruff_check('a')"), wants_both).status == "pass"


def test_single_tool_is_left_to_identity(call, wants_call):
    assert judge_completeness(call("git_log('.')"), wants_call) == (
        "n/a",
        "the turn does not need several tools",
    )


def test_enough_keywords_pass():
    expected = wants_facts("router.py", "58", "17", needed=2)
    assert judge_completeness(Turn("router.py has 58 new lines."), expected) == (
        "pass",
        "expected 2 of 3 keywords (router.py, 58, 17), found 2",
    )


def test_too_few_keywords_fail():
    expected = wants_facts("router.py", "58", "17", needed=2)
    assert judge_completeness(Turn("Only router.py."), expected) == (
        "fail",
        "expected 2 of 3 keywords (router.py, 58, 17), found 1",
    )


def test_keyword_is_found_whatever_its_case():
    assert judge_completeness(Turn("DEQUE"), wants_facts("deque")).status == "pass"


def test_either_spelling_of_a_keyword_counts_once():
    expected = wants_facts("2 | two", "warning", needed=2)
    assert judge_completeness(Turn("2, two"), expected).status == "fail"


@pytest.mark.parametrize("text", ["13 uses", "30 uses", "3.5 uses", "0.3 uses"])
def test_number_is_not_found_inside_another_number(text):
    assert judge_completeness(Turn(text), wants_facts("3")).status == "fail"


@pytest.mark.parametrize("text", ["3 uses", "(3)", "It is 3.", "+3"])
def test_number_is_found_on_its_own(text):
    assert judge_completeness(Turn(text), wants_facts("3")).status == "pass"


def test_answer_without_expected_keywords_is_not_judged():
    assert judge_completeness(Turn("Yes."), Expectation(wants="answer")) == (
        "n/a",
        "no keyword is expected",
    )


def test_call_instead_of_an_answer_is_left_to_the_gate(call):
    assert judge_completeness(call("print('scope')"), wants_facts("scope")) == (
        "n/a",
        "there is no answer in which keywords are expected",
    )


TOLD = "Sum it up.\nGitDiffResult(success=True, file_count=2, additions=58, deletions=17, files=[])"


def judge_summary(text, *keywords):
    return judge_completeness(
        Turn(text),
        Expectation(wants="answer", keywords=keywords, keywords_needed=1, told=TOLD),
    )


def test_summary_with_the_numbers_of_the_result_passes():
    assert judge_summary("58 lines came and 17 went, 75 in all.", "58", "17").status == "pass"


def test_summary_with_a_number_of_its_own_fails():
    assert judge_summary("58 lines came and 18 went.", "58", "17") == (
        "fail",
        "expected numbers that the result holds, found 18 as well",
    )


def test_summary_that_copies_the_result_fails():
    assert judge_summary("It says GitDiffResult(success=True, additions=58)", "58") == (
        "fail",
        "expected the result in words, found it copied: GitDiffResult(success=...",
    )


def test_heap_of_keywords_fails():
    assert judge_completeness(Turn("router.py 58 17"), wants_facts("router.py", "58", "17")) == (
        "fail",
        "expected sentences, found keywords with hardly a word between them",
    )
