import pytest

from evals.judge import Expectation, Turn
from evals.judge.layers.schema import judge_schema


@pytest.fixture
def wants_staged():
    return Expectation(
        wants="call", tools=("git_status",), fields=("git_status.files.staged | git_status.clean",)
    )


def test_expected_field_passes(call, wants_staged):
    code = "for file in git_status('.').files:\n    print(file.staged)"
    assert judge_schema(call(code), wants_staged) == (
        "pass",
        "every field read exists, and the expected ones are read",
    )


def test_alternative_field_passes(call, wants_staged):
    assert judge_schema(call("print(git_status('.').clean)"), wants_staged).status == "pass"


def test_expected_field_that_is_not_read_fails(call, wants_staged):
    assert judge_schema(call("print(git_status('.').file_count)"), wants_staged) == (
        "fail",
        "expected git_status.files.staged or git_status.clean to be read, "
        "found git_status.file_count",
    )


def test_printing_the_whole_result_reads_no_field(call, wants_staged):
    assert judge_schema(call("print(git_status('.'))"), wants_staged) == (
        "fail",
        "expected git_status.files.staged or git_status.clean to be read, found no field read",
    )


def test_field_that_does_not_exist_fails(call, wants_call):
    assert judge_schema(call("print(git_status('.').branch)"), wants_call) == (
        "fail",
        "expected fields that exist, found: GitStatusResult has no field 'branch'; it has "
        "success, parse_error, clean, file_count, files",
    )


def test_field_of_the_list_instead_of_its_elements_fails(call, wants_call):
    assert judge_schema(call("print(git_status('.').files.file)"), wants_call) == (
        "fail",
        "expected fields that exist, found: git_status.files is a list: it has no field 'file'",
    )


def test_indexing_a_result_fails(call, wants_call):
    assert judge_schema(call("print(git_status('.')['clean'])"), wants_call) == (
        "fail",
        "expected fields that exist, found: GitStatusResult cannot be indexed: read its fields",
    )


def test_text_result_has_no_fields(call):
    expected = Expectation(wants="call", tools=("read_file",))
    assert judge_schema(call("print(read_file('a').content)"), expected) == (
        "fail",
        "expected fields that exist, found: read_file is text: it has no field 'content'",
    )


def test_expected_field_on_another_object_does_not_count(call, wants_staged):
    code = "git_status('.')\nprint(args.files.staged, args.clean)"
    assert judge_schema(call(code), wants_staged).status == "fail"


def test_plain_tool_without_expected_fields_is_not_judged(call):
    expected = Expectation(wants="call", tools=("read_file",))
    assert judge_schema(call("print(read_file('a'))"), expected) == (
        "n/a",
        "no typed tool is called and no field is expected",
    )


def test_answer_reads_no_fields(wants_answer):
    assert judge_schema(Turn("It has a scope."), wants_answer) == (
        "n/a",
        "there is no code in which fields are expected",
    )


def test_chained_call_is_not_judged_by_its_fields(call):
    expected = Expectation(wants="call", tools=("git_diff",), reads_fields=False)
    assert judge_schema(call("print(git_diff('.').absent)"), expected).status == "n/a"


def test_arguments_that_do_not_fit_fail(call, wants_call):
    assert judge_schema(call("print(git_status())"), wants_call) == (
        "fail",
        "expected arguments that fit, found: git_status(path: str): "
        "missing a required argument: 'path'",
    )
