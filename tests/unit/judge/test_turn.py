import pytest

from evals.judge import Expectation, Turn, expectations
from fixtures import Case, SecondTurn
from pipeline.data.calls import render_call

RESPONSES = {"status": "<tool_response>\nclean\n</tool_response>"}


def case(**content):
    return Case.model_validate(
        {"id": "one", "why": "a test", "category": "single_tool", "query": "?"} | content
    )


def test_text_without_markup_has_no_calls():
    assert Turn("The tree is clean.").calls == ()


def test_calls_that_do_not_extract_are_calls():
    assert [call.extracts for call in Turn("<tool_call>").calls] == [False]


def test_tools_are_named_once_and_in_order():
    turn = Turn(render_call("git_log('.')\ngit_status('.')\ngit_log('.')"))
    assert turn.tools == ("git_log", "git_status")


def test_code_that_does_not_parse_is_a_problem_and_no_reading():
    turn = Turn(render_call("git_status('.'"))
    assert turn.readings == ()
    assert turn.parse_problems == ("the code does not parse: line 1: '(' was never closed",)


def test_code_too_tangled_to_read_is_a_problem():
    doubling = "f0 = lambda: 1\n" + "\n".join(
        f"f{n} = lambda: f{n - 1}() + f{n - 1}()" for n in range(1, 30)
    )
    assert Turn(render_call(f"{doubling}\nf29()")).parse_problems == (
        "the code cannot be read: reading it takes more than 20000 steps",
    )


def test_single_turn_is_one_expectation():
    (only,) = expectations(case(tools=("git_status",), fields=("git_status.clean",)), RESPONSES)
    assert only == Expectation(wants="call", tools=("git_status",), fields=("git_status.clean",))


def test_answer_needs_one_of_its_keywords():
    (only,) = expectations(case(wants="answer", keywords=("a", "b", "c")), RESPONSES)
    assert only.keywords_needed == 1


@pytest.mark.parametrize(("keywords", "needed"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_summary_needs_half_of_its_keywords_rounded_up(keywords, needed):
    second = SecondTurn(response="status", keywords=tuple("abcde"[:keywords]))
    _, summary = expectations(case(tools=("git_status",), second_turn=second), RESPONSES)
    assert summary.keywords_needed == needed


def test_chained_turn_wants_a_call_of_its_tools_and_no_fields():
    second = SecondTurn(response="status", tools=("git_diff",))
    chained = expectations(case(tools=("git_status",), second_turn=second), RESPONSES)[1]
    assert (chained.wants, chained.tools, chained.reads_fields) == ("call", ("git_diff",), False)


def test_summary_draws_on_the_query_and_the_result():
    second = SecondTurn(response="status", keywords=("clean",))
    _, summary = expectations(case(tools=("git_status",), second_turn=second), RESPONSES)
    assert summary.told == "?\n<tool_response>\nclean\n</tool_response>"
