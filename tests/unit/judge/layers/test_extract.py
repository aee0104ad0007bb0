import pytest

from evals.judge import Turn
from evals.judge.layers.extract import judge_extract


def test_code_in_the_envelope_passes(call, wants_call):
    assert judge_extract(call("git_status('.')"), wants_call) == (
        "pass",
        "expected code out of every call, found it in 1",
    )


def test_two_calls_with_code_pass(call, wants_call):
    assert judge_extract(call("git_status('.')", "git_log('.')"), wants_call) == (
        "pass",
        "expected code out of every call, found it in 2",
    )


def test_text_without_a_call_has_nothing_to_extract(wants_call):
    assert judge_extract(Turn("The tree is clean."), wants_call) == (
        "n/a",
        "there is no call to extract from",
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<tool_call>", "the call is not closed by </tool_call>"),
        (
            "<tool_call><function=execute_code>\n<parameter=code>\nx\n</tool_call>",
            "the code is not closed by </parameter></function>",
        ),
        (
            "<tool_call>git_status('.')</tool_call>",
            "the call is not code mode; its body begins \"git_status('.')\"",
        ),
        (
            "<tool_call><function=git_status><parameter=path>.</parameter></function></tool_call>",
            "the call names function 'git_status' with parameter 'path', "
            "not function 'execute_code' with parameter 'code'",
        ),
        (
            "<tool_call><function=execute_code><parameter=code>\n \n</parameter></function>"
            "</tool_call>",
            "the call holds no code",
        ),
        (
            "<function=execute_code>",
            "'<function=execute_code>' stands outside of <tool_call>...</tool_call>",
        ),
    ],
)
def test_call_without_code_fails_and_says_why(text, found, wants_call):
    assert judge_extract(Turn(text), wants_call) == (
        "fail",
        f"expected code out of every call, found in call 1: {found}",
    )


def test_one_broken_call_of_two_fails(call, wants_call):
    turn = Turn(call("git_status('.')").text + "\n<tool_call>")
    assert judge_extract(turn, wants_call) == (
        "fail",
        "expected code out of every call, found in call 2: the call is not closed by </tool_call>",
    )
