from evals.judge import Expectation, Turn
from evals.judge.layers.identity import judge_identity


def test_expected_tool_passes(call, wants_call):
    assert judge_identity(call("git_status('.')"), wants_call) == (
        "pass",
        "expected git_status, found git_status",
    )


def test_other_tool_fails(call, wants_call):
    assert judge_identity(call("git_log('.')"), wants_call) == (
        "fail",
        "expected git_status, found git_log",
    )


def test_no_tool_fails(call, wants_call):
    assert judge_identity(call("print('git_status')"), wants_call) == (
        "fail",
        "expected git_status, found no tool",
    )


def test_either_of_two_alternatives_passes(call):
    either = Expectation(wants="call", tools=("git_status | git_diff",))
    assert judge_identity(call("git_diff('.')"), either) == (
        "pass",
        "expected git_status or git_diff, found git_diff",
    )


def test_one_of_several_tools_suffices(call):
    both = Expectation(wants="call", tools=("git_status", "ruff_check"))
    assert judge_identity(call("ruff_check('.')"), both) == (
        "pass",
        "expected git_status and ruff_check, found ruff_check",
    )


def test_forbidden_tool_fails_beside_the_expected_one(call):
    expected = Expectation(wants="call", tools=("git_status",), forbidden=("run_command",))
    assert judge_identity(call("git_status('.')\nrun_command('git status')"), expected) == (
        "fail",
        "expected git_status and not run_command, found git_status, run_command",
    )


def test_tool_that_the_code_imports_is_not_the_tool(call, wants_call):
    assert judge_identity(call("from tools import git_status\ngit_status('.')"), wants_call) == (
        "fail",
        "expected git_status, found no tool; git_status is imported in the code, "
        "which hides the tool",
    )


def test_tool_that_the_code_defines_is_not_the_tool(call, wants_call):
    code = "def git_status(path):\n    return 'clean'\nprint(git_status('.'))"
    assert judge_identity(call(code), wants_call) == (
        "fail",
        "expected git_status, found no tool; git_status is defined as a function in the code, "
        "which hides the tool",
    )


def test_tools_of_all_calls_count(call, wants_call):
    assert judge_identity(call("git_log('.')", "git_status('.')"), wants_call).status == "pass"


def test_code_that_does_not_parse_names_no_tool(call, wants_call):
    assert judge_identity(call("git_status('.'"), wants_call) == (
        "n/a",
        "there is no code in which a tool is expected",
    )


def test_answer_needs_no_tool(call, wants_answer):
    assert judge_identity(call("git_log('.')"), wants_answer).status == "n/a"


def test_text_names_no_tool(wants_call):
    assert judge_identity(Turn("git_status('.')"), wants_call).status == "n/a"
