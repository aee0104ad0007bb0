"""The executed score in results, gate, table and pages."""

import pytest

from evals.ask import Answer
from evals.decide import Policy, apply_gate, case_record, make_results, read_policies
from evals.judge import judge
from evals.judge.execution import execute_answer
from evals.report.page import case_html, summary_html
from evals.report.table import executed_sentence, markdown, text_table
from fixtures import load_reference_answers
from pipeline.data.calls import render_call

LACKING = render_call("import operator\nprint(git_status('.'))")
FAILING = render_call("print(git_status('.').files[99].file)")


@pytest.fixture(scope="session")
def record(suite, sandbox):
    """Judge and run an answer to a case."""

    def make(case_id, *texts):
        case = suite.case(case_id)
        executed = execute_answer(case, texts, suite, sandbox)
        return case_record(case, judge(case, texts, suite.responses), executed)

    return make


@pytest.fixture(scope="session")
def results(suite, record):
    """Results of right answers, but one that fails when it is run, and one that cannot be run."""
    texts = {answer.case: answer.turns for answer in load_reference_answers(suite)}
    texts |= {"dirty_files": (FAILING,), "newest_commits": (LACKING,)}
    records = [record(case.id, *texts[case.id]) for case in suite.cases]
    return make_results(suite, records, "f" * 64)


def test_what_was_called_and_read_is_recorded(record):
    (turn,) = record("dirty_files", render_call("print(git_status('.').clean)")).turns
    assert turn.executed.status == "pass"
    assert [(c.tool, c.arguments) for c in turn.executed.calls] == [("git_status", {"path": "'.'"})]
    assert (turn.executed.reads, turn.executed.printed) == (("git_status.clean",), "False\n")


def test_running_never_changes_strict(record):
    failing = record("dirty_files", FAILING)
    assert (failing.strict, failing.executed) == (True, "fail")


def test_case_of_two_turns_is_executed_by_its_calls(record, suite):
    answer = next(a for a in load_reference_answers(suite) if a.case == "summary_callers")
    assert record("summary_callers", *answer.turns).executed == "pass"


def test_case_that_wants_no_code_is_not_applicable(record):
    assert record("session_scope", "Once.").executed == "n/a"


def test_cases_count_apart_by_what_running_them_showed(results):
    summary = results.summary
    assert (summary.executed, summary.executable, summary.not_run) == (48, 49, 1)
    assert summary.executed_pct == 98.0


def test_reasons_are_counted(results):
    assert results.summary.not_run_reasons == {"the sandbox has no module 'operator'": 1}


def test_same_answers_give_the_same_file(results, record):
    again = [record("dirty_files", FAILING), record("newest_commits", LACKING)]
    first = [case for case in results.cases if case.id in ("dirty_files", "newest_commits")]
    assert again == first


def gate(results, **targets):
    return apply_gate(Policy("mine", targets), results)


def test_policy_may_name_executed(tmp_path):
    path = tmp_path / "policies.toml"
    path.write_text("[mine]\nexecuted = 90\n")
    assert read_policies(path)["mine"].targets == {"executed": 90}


def test_executed_target_that_is_reached_passes(results):
    assert gate(results, executed=97).passed is True


def test_executed_target_that_is_missed_fails_and_says_by_how_much(results):
    missed = gate(results, executed=99)
    assert (missed.passed, missed.failures) == (False, ("executed 98 % < 99 %",))


def test_executed_target_is_not_judged_when_nothing_was_run(judged):
    assert gate(judged(), executed=90).not_judged == ("executed",)


def test_table_has_a_column_for_what_was_run(results):
    head, _, overall, direct, *_ = text_table(gate(results)).splitlines()
    assert "executed" in head
    assert "48/49  98.0 % (1 not run)" in overall
    assert direct.split()[-1] == "-"


def test_table_of_a_run_that_ran_nothing_has_no_such_column(judged):
    assert "executed" not in text_table(gate(judged()))


def test_sentence_counts_what_was_run(results):
    sentence = (
        "executed: 48 of 49 cases do what they should when their code is run, 7 want no code, "
        "1 not run: the sandbox has no module 'operator' (1)"
    )
    assert executed_sentence(results) == sentence
    assert sentence in markdown(gate(results), results, "run", enforced=True)


def test_summary_page_shows_it(results):
    page = summary_html(gate(results, executed=99), results, "model", enforced=True)
    assert "48/49  98.0 % (1 not run)" in page
    assert '<tr class="callgate-unmet"><th scope="row">executed</th>' in page


def test_case_page_shows_what_the_code_did_escaped(record, suite):
    text = render_call("print('<script>', git_status('.').clean)")
    answer = Answer(
        key="k", case="dirty_files", turn=1, prompt="", prompt_tokens=1, text=text,
        token_ids=(1,), seconds=1.0, finish_reason="stop",
    )  # fmt: skip
    page = case_html(suite.case("dirty_files"), record("dirty_files", text), [[answer]])
    assert "Run:</strong> ran, called git_status" in page
    assert "Fields read: git_status.clean" in page
    assert "&lt;script&gt; False" in page
    assert "<script>" not in page
