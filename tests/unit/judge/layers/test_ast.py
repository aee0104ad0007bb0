from evals.judge import Turn
from evals.judge.layers.ast import judge_ast


def test_python_passes(call, wants_call):
    assert judge_ast(call("git_status('.')"), wants_call) == (
        "pass",
        "expected Python, found it",
    )


def test_syntax_error_fails_with_its_line(call, wants_call):
    assert judge_ast(call("status = git_status('.')\nprint(status"), wants_call) == (
        "fail",
        "expected Python, found: the code does not parse: line 2: '(' was never closed",
    )


def test_one_call_of_two_that_does_not_parse_fails(call, wants_call):
    assert judge_ast(call("git_status('.')", "def"), wants_call).status == "fail"


def test_null_character_fails_and_is_no_error_of_ours(call, wants_call):
    assert judge_ast(call("git_status('\0')"), wants_call).status == "fail"


def test_code_nested_too_deeply_fails(call, wants_call):
    assert judge_ast(call("(" * 300 + ")" * 300), wants_call).status == "fail"


def test_hundred_thousand_characters_fail(call, wants_call):
    assert judge_ast(call("x = 1\n" * 20_000), wants_call) == (
        "fail",
        "expected Python, found: the code does not parse: "
        "the code has 120000 characters, more than 20000",
    )


def test_text_without_a_call_has_nothing_to_parse(wants_call):
    assert judge_ast(Turn("def"), wants_call) == ("n/a", "there is no code to parse")
