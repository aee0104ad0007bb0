import pytest

from evals.judge.execution import ToolRun


def test_tools_really_called_are_told_with_their_arguments(run):
    assert run("git_log('.', count=3)\ngit_status(path='src')").calls == (
        ToolRun("git_log", {"path": "'.'", "count": "3"}),
        ToolRun("git_status", {"path": "'src'"}),
    )


def test_default_argument_is_told(run):
    assert run("git_diff('.')").calls[0].arguments == {"path": "'.'", "staged": "False"}


def test_fields_really_read_are_told(run):
    assert run("for f in git_status('.').files:\n    print(f.staged)").reads == {
        "git_status.files",
        "git_status.files.staged",
    }


def test_field_on_a_path_that_is_not_taken_is_not_read(run):
    code = "s = git_status('.')\nif s.clean:\n    print(s.file_count)"
    assert run(code).reads == {"git_status.clean"}


@pytest.mark.parametrize(
    "code",
    [
        "print(max(git_status('.').files, key=lambda f: f.staged))",
        "print(sorted(git_status('.').files, key=lambda f: (f.staged, f.file)))",
        "print(list(map(lambda f: f.staged, git_status('.').files)))",
        "print(list(filter(lambda f: f.staged, git_status('.').files)))",
        "print([s.files[0].staged for s in map(git_status, ['a', 'b'])])",
        "print(getattr(git_status('.').files[0], 'staged'))",
        "print(next((f for f in git_status('.').files if f.staged), None))",
    ],
)
def test_fields_are_told_wherever_they_are_read(code, run):
    execution = run(code)
    assert execution.problem is None
    assert "git_status.files.staged" in execution.reads


def test_field_of_another_object_is_not_told(run):
    code = "class A:\n    def __init__(self):\n        self.staged = 1\nprint(A().staged)"
    assert run(code).reads == frozenset()


def test_printed_text_is_told(run):
    assert run("print('a', 1)\nprint([True])").printed == "a 1\n[True]\n"


def test_result_prints_as_its_repr(run):
    printed = run("print(git_status('.'))").printed
    assert printed.startswith("GitStatusResult(success=True, clean=False, file_count=4, files=[")
    assert printed.endswith("parse_error=None)\n")


def test_exception_is_told(run):
    execution = run("print(git_status('.').branch)")
    assert (execution.status, execution.problem) == (
        "raised",
        "AttributeError: 'GitStatusResult' object has no attribute 'branch'",
    )


def test_what_was_called_before_an_exception_is_told(run):
    execution = run("git_status('.')\nprint(undefined)")
    assert (execution.tools, execution.problem) == (
        ("git_status",),
        "NameError: name 'undefined' is not defined",
    )


def test_wrong_arguments_are_an_exception(run):
    assert run("git_status()").problem == (
        "TypeError: git_status() missing 1 required positional argument: 'path'"
    )


def test_second_code_of_a_turn_goes_on_from_the_first(run):
    assert run("s = git_status('.')", "print(s.clean)").reads == {"git_status.clean"}


def test_next_turn_knows_nothing_of_the_one_before(run):
    run("secret = 1")
    assert run("print(secret)").problem == "NameError: name 'secret' is not defined"


def test_value_of_the_last_expression_is_shown(run):
    assert run("git_status('.')").shows
    assert not run("s = git_status('.')").shows


def test_text_result_is_text(run):
    assert run("print(len(read_file('a').splitlines()))").status == "ran"


def test_result_of_one_call_is_not_changed_by_another(run):
    code = "git_status('.').files.clear()\nprint(len(git_status('.').files))"
    assert run(code).printed == "4\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import operator", "the sandbox has no module 'operator'"),
        ("from collections import OrderedDict", "the sandbox has no collections.OrderedDict"),
        ("import sys\nsys.exit(0)", "the sandbox has no sys.exit"),
        ("exit()", "the sandbox has no function 'exit'"),
        (
            "x = 1\ndel x",
            "the sandbox does not support it: The monty syntax parser does not yet support the "
            "'del' statement",
        ),
    ],
)
def test_what_the_sandbox_lacks_is_not_run(code, reason, run):
    execution = run(code)
    assert (execution.status, execution.problem) == ("not run", reason)


@pytest.mark.parametrize(
    "code",
    ["import nonsense_of_mine", "from collections import Nonsense", "nonsense()", "'a'.nonsense()"],
)
def test_what_python_lacks_as_well_is_raised(code, run):
    assert run(code).status == "raised"
