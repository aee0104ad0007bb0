import pytest

from evals.judge import Turn, expectations
from evals.judge.execution import execute_turn
from fixtures import load_reference_answers, load_suite
from pipeline.data.calls import render_call

SUITE = load_suite()
ANSWERS = load_reference_answers(SUITE)


@pytest.fixture(scope="session")
def verdict(sandbox):
    """Run a text as the answer to a turn of a case."""

    def of(case_id, text, turn=1):
        case = SUITE.case(case_id)
        expected = expectations(case, SUITE.responses)[turn - 1]
        return execute_turn(Turn(text), expected, case, SUITE, sandbox)

    return of


def test_every_reference_call_runs_and_does_what_it_should(verdict):
    for answer in ANSWERS:
        for number, text in enumerate(answer.turns, 1):
            executed = verdict(answer.case, text, number)
            assert executed.status in ("pass", "n/a"), f"{answer.case}: {executed.sentence}"


def test_call_that_does_it_passes(verdict):
    executed = verdict("dirty_files", render_call("print(git_status('.'))"))
    assert executed[:2] == ("pass", "ran, called git_status")


def test_exception_fails(verdict):
    executed = verdict("dirty_files", render_call("print(git_status())"))
    assert executed[:2] == (
        "fail",
        "expected code that runs, it raised: TypeError: git_status() missing 1 required "
        "positional argument: 'path'",
    )


def test_tool_that_is_not_reached_fails(verdict):
    executed = verdict("dirty_files", render_call("n = 0\nif n:\n    git_status('.')"))
    assert executed[:2] == ("fail", "expected git_status to be called, found no tool")


def test_forbidden_tool_fails(verdict):
    code = "print(git_diff('.', True))\nrun_command('git diff')"
    executed = verdict("cached_diff", render_call(code))
    assert executed[:2] == ("fail", "expected no run_command, found git_diff, run_command")


def test_field_that_is_not_read_fails(verdict):
    executed = verdict("distinct_rules", render_call("print(ruff_check('a').violation_count)"))
    assert executed[:2] == (
        "fail",
        "expected ruff_check.violations.code to be read, found ruff_check.violation_count",
    )


def test_result_that_nobody_sees_fails(verdict):
    executed = verdict("dirty_files", render_call("status = git_status('.')"))
    assert executed[:2] == (
        "fail",
        "expected something shown, found nothing printed of what git_status returned",
    )


def test_writing_a_file_needs_no_print(verdict):
    code = "write_file('docs/adr/0007-bounded-queue.md', '# Use a bounded queue')"
    assert verdict("new_decision_record", render_call(f"done = {code}")).status == "pass"


def test_field_read_only_when_there_is_nothing_to_tell_counts(verdict):
    code = "s = git_status('.')\nif s.clean:\n    print([f.staged for f in s.files])\n"
    code += "for f in s.files:\n    print(f.file, f.staged)"
    assert verdict("not_yet_staged", render_call(code)).status == "pass"


def test_what_the_sandbox_lacks_is_counted_apart(verdict):
    code = "import operator\nprint(git_status('.'))"
    assert verdict("dirty_files", render_call(code))[:2] == (
        "not run",
        "the sandbox has no module 'operator'",
    )


@pytest.mark.parametrize("text", ["All is clean.", "<tool_call>", render_call("print(")])
def test_no_code_that_parses_fails_where_a_call_is_wanted(text, verdict):
    assert verdict("dirty_files", text)[:2] == (
        "fail",
        "expected code that runs, found none that parses",
    )


def test_answer_has_nothing_to_run(verdict):
    assert verdict("session_scope", "Once.")[:2] == ("n/a", "there is no code to run")


def test_tools_return_the_response_of_the_case(verdict):
    executed = verdict("summary_callers", render_call("print(find_references('a', 1, 2, 'b'))"))
    assert "parse_span" in executed.execution.printed
