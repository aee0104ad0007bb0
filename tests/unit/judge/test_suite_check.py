import json
from pathlib import Path

import pytest

from evals.judge import judge
from evals.judge.execution import Sandbox, execute_answer
from evals.judge.matrix import holes, make_matrix
from evals.judge.suite_check import check_suite, difficulty, near_twins, seen_queries, spread_of
from evals.judge.suite_command import main
from fixtures import CallgateError, load_reference_answers, load_suite

MAIL_FOLDER = Path(__file__).parents[3] / "docs" / "examples" / "mail"
MAIL = load_suite(MAIL_FOLDER)
MAIL_ANSWERS = load_reference_answers(MAIL)
OURS = load_suite()


@pytest.fixture(scope="module")
def matrix():
    return make_matrix(MAIL, MAIL_ANSWERS)


def write_data(path, *queries):
    rows = [{"messages": [{"role": "user", "content": query}]} for query in queries]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_worked_example_passes_every_layer_and_runs():
    with Sandbox() as sandbox:
        for answer in MAIL_ANSWERS:
            case = MAIL.case(answer.case)
            assert judge(case, answer.turns, MAIL.responses, tools=MAIL.tools).strict
            runs = execute_answer(case, answer.turns, MAIL, sandbox)
            assert {run.status for run in runs} <= {"pass", "n/a"}


def test_worked_example_has_no_hole(matrix):
    assert holes(matrix) == ()


def test_worked_example_has_no_problem(matrix):
    assert check_suite(MAIL, MAIL_ANSWERS, matrix).problems == ()


def test_case_without_two_answers_is_a_problem(matrix):
    problems = check_suite(MAIL, MAIL_ANSWERS[:-1], matrix).problems
    assert problems == ("case which_tool_for_unread: has 1 reference answers; give two different",)


def test_reference_answer_that_fails_is_a_problem(matrix):
    wrong = MAIL_ANSWERS[0].model_copy(update={"turns": ("No.",)})
    problems = check_suite(MAIL, [wrong, *MAIL_ANSWERS[1:]], matrix).problems
    assert problems[0].startswith(
        "case book_the_first_gap: a reference answer fails: turn 1, gate: expected a call"
    )


def test_case_that_nothing_can_fail_is_a_problem():
    assert "case running_late: no wrong answer fails it" in (
        check_suite(MAIL, MAIL_ANSWERS, make_matrix(MAIL, MAIL_ANSWERS, mutations=())).problems
    )


def test_query_in_the_training_data_is_a_problem(matrix, tmp_path):
    query = MAIL.case("running_late").query
    data = write_data(tmp_path / "train.jsonl", "Hello", query.upper())
    problems = check_suite(MAIL, MAIL_ANSWERS, matrix, data).problems
    assert problems == (
        "case running_late: its query stands in the training data, word for word: "
        f"{tmp_path / 'train.jsonl'}:2",
    )


def test_queries_are_looked_for_in_every_file_of_a_folder(tmp_path):
    write_data(tmp_path / "a.jsonl", "Hello")
    write_data(tmp_path / "b.jsonl", MAIL.cases[0].query + " Thanks!")
    (seen,) = seen_queries(MAIL, tmp_path)
    assert (seen.case, seen.exact) == (MAIL.cases[0].id, False)


def test_lines_that_are_no_chat_are_passed_over(tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b'{"a": 1}\nnot json\n\xff\n[]\n{"messages": [{"role": "user"}]}\n')
    assert seen_queries(MAIL, path) == ()


def test_missing_training_data_is_an_error(tmp_path):
    with pytest.raises(CallgateError, match="no such file or folder"):
        seen_queries(MAIL, tmp_path / "absent.jsonl")


def test_folder_without_training_data_is_an_error(tmp_path):
    with pytest.raises(CallgateError, match="holds no"):
        seen_queries(MAIL, tmp_path)


def test_our_suite_has_no_near_twins():
    assert near_twins(OURS) == ()


def test_twins_are_told_with_what_they_share():
    from dataclasses import replace

    one = OURS.cases[0]
    other = one.model_copy(update={"id": "twin", "query": one.query + " Really."})
    (twins,) = near_twins(replace(OURS, cases=(one, other)))
    assert (twins.one, twins.other) == ("frozen_dataclass", "twin")
    assert twins.shared_pct >= 50


def test_our_suite_spreads_over_all_tools():
    spread = spread_of(OURS)
    assert min(spread.tools.values()) >= 3
    assert sum(spread.categories.values()) == sum(spread.difficulties.values()) == 57


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("session_scope", "an answer, no call"),
        ("dirty_files", "one tool"),
        ("cached_diff", "one tool, with fields or bans"),
        ("ready_to_push", "several tools"),
        ("summary_callers", "two turns"),
    ],
)
def test_difficulty_tells_what_a_case_asks_for(case, expected):
    assert difficulty(OURS.case(case)) == expected


def test_command_checks_a_folder(capsys):
    assert main(["check", str(MAIL_FOLDER)]) == 0
    out = capsys.readouterr().out
    assert "7 cases, 6 tools, 6 canned results, 14 reference answers" in out
    assert out.endswith("no problem: every case can be failed, and its reference answers pass\n")


def test_command_fails_for_a_problem(tmp_path, capsys):
    data = write_data(tmp_path / "train.jsonl", MAIL.case("running_late").query)
    assert main(["check", str(MAIL_FOLDER), "--data", str(data)]) == 1
    assert "PROBLEM: case running_late: its query stands in the training" in capsys.readouterr().out


def test_command_prints_json(capsys):
    assert main(["check", str(MAIL_FOLDER), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["cases"], content["problems"]) == (7, [])
