import pytest

from evals.judge import Turn
from evals.judge.layers.gate import judge_gate


def test_call_passes_where_a_call_is_wanted(call, wants_call):
    assert judge_gate(call("git_status('.')"), wants_call) == (
        "pass",
        "expected a call, found one",
    )


def test_text_fails_where_a_call_is_wanted(wants_call):
    assert judge_gate(Turn("The tree is clean."), wants_call) == (
        "fail",
        "expected a call, found only text: 'The tree is clean.'",
    )


def test_announcement_fails_where_a_call_is_wanted(wants_call):
    assert judge_gate(Turn("I'll check the git status."), wants_call) == (
        "fail",
        'expected a call, found an announcement and no call: "I\'ll check the git status."',
    )


def test_announcement_fails_where_an_answer_is_wanted(wants_answer):
    assert judge_gate(Turn("Let me look that up."), wants_answer) == (
        "fail",
        "expected an answer, found an announcement and no call: 'Let me look that up.'",
    )


def test_call_fails_where_an_answer_is_wanted(call, wants_answer):
    outcome = judge_gate(call("git_status('.')"), wants_answer)
    assert outcome.status == "fail"
    assert outcome.sentence.startswith("expected an answer and no call, found a call: '<tool_call>")


def test_text_passes_where_an_answer_is_wanted(wants_answer):
    assert judge_gate(Turn("Scope decides who sees a name."), wants_answer) == (
        "pass",
        "expected an answer and no call, found one",
    )


def test_empty_text_fails_where_a_call_is_wanted(wants_call):
    assert judge_gate(Turn(" \n"), wants_call) == ("fail", "expected a call, found an empty text")


def test_empty_text_fails_where_an_answer_is_wanted(wants_answer):
    assert judge_gate(Turn(""), wants_answer) == ("fail", "expected an answer, found an empty text")


@pytest.mark.parametrize(
    "text",
    [
        "<tool_call>",
        "Here it is: <tool_call>git_status</tool_call>",
        "<function=execute_code><parameter=code>print(1)</parameter></function>",
        "The scope is local.</tool_call>",
        '<tool_call>{"name": "git_status", "arguments": {}}</tool_call>',
    ],
)
def test_broken_markup_is_a_call_and_never_an_answer(text, wants_answer):
    assert judge_gate(Turn(text), wants_answer).status == "fail"


def test_long_text_is_shown_shortened(wants_call):
    assert judge_gate(Turn("word " * 40), wants_call).sentence == (
        "expected a call, found only text: "
        "'word word word word word word word word word word word wo...'"
    )


def test_hundred_thousand_characters_fail_where_an_answer_is_wanted(wants_answer):
    assert judge_gate(Turn("A scope is a region. " * 5_000), wants_answer) == (
        "fail",
        "expected an answer, found a text of 105000 characters, more than 20000",
    )


def test_hundred_thousand_characters_around_a_call_fail(call, wants_call):
    turn = Turn("Let me see. " * 10_000 + call("git_status('.')").text)
    assert judge_gate(turn, wants_call).status == "fail"
