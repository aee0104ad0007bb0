"""Calls that do not do what every call must are errors of their kind."""

from random import Random

import pytest

from pipeline.data.augment.example import Ask, Code
from pipeline.data.augment.execution import BrokenExampleError, check_draft, run_code
from pipeline.data.augment.scene import Scene

BROKEN = {
    "print(git_status('.').branch)": "GitStatusResult has no field 'branch'",
    "print(git_status())": "missing a required argument: 'path'",
    "print(git_status('.'": "the code cannot be read: '(' was never closed",
    "print(git_blame('.'))": "unknown names: ('git_blame',)",
    "git_status = 3\nprint(git_status)": "unknown names: ()",
    "print('hello')": "the code calls no tool",
    "git_status('.').clean": "the code shows nothing",
    "print(git_log('.').commits[99].hash)": "running raised IndexError: list index out of range",
    "print(open(read_file('a.py')))": "running raised NameError: name 'open' is not defined",
    "print(read_file('.'))\n</parameter>\n</function></tool_call>": "does not come out of its call",
}


@pytest.mark.parametrize(("code", "message"), BROKEN.items())
def test_a_broken_call_is_raised_with_the_name_of_its_kind(code, message):
    with pytest.raises(BrokenExampleError) as caught:
        check_draft((Ask("?"), Code(code)), "some_kind", (), 1)
    assert str(caught.value).startswith("kind some_kind: ")
    assert message in str(caught.value)


def test_a_kind_must_call_its_tools():
    draft = (Ask("?"), Code('print(git_status(".").clean)'))
    assert check_draft(draft, "some_kind", ("git_status",), 1) == ("git_status",)
    with pytest.raises(BrokenExampleError, match="kind some_kind: git_log is not called"):
        check_draft(draft, "some_kind", ("git_status", "git_log"), 1)


def test_the_tools_of_all_calls_are_returned_in_order():
    draft = (
        Ask("?"),
        Code('print(git_log(".").commits)\nprint(git_status(".").clean)'),
        Code('print(git_log(".").commit_count)\nprint(read_file("a.py"))'),
    )
    assert check_draft(draft, "some_kind", (), 1) == ("git_log", "git_status", "read_file")


def test_code_is_run_against_results_of_the_scene():
    code = 'result = git_log(".", count=3)\nfor commit in result.commits:\n    print(commit.hash)'
    log = Scene(Random(4)).result("git_log", ".", count=3)
    assert run_code(code, Scene(Random(4))).split() == [commit.hash for commit in log.commits]
