import json

import pytest

from evals.judge import LAYERS
from evals.judge.command import as_json, main, summary, text_table
from evals.judge.matrix import holes, make_matrix, wrong_answers
from evals.judge.mutators import MUTATIONS, Mutation
from evals.judge.outcome import passed
from fixtures import CATEGORIES, load_reference_answers, load_suite

SUITE = load_suite()
ANSWERS = load_reference_answers(SUITE)


@pytest.fixture(scope="module")
def matrix():
    return make_matrix(SUITE, ANSWERS)


def test_every_wrong_answer_is_caught_by_the_layer_that_must(matrix):
    assert holes(matrix) == ()


def test_every_mutator_applies_somewhere(matrix):
    idle = [line.name for line in matrix if all(c.status == "n/a" for c in line.cells.values())]
    assert idle == []


def test_every_category_is_attacked_at_its_gate(matrix):
    gate = [line for line in matrix if line.layer == "gate"]
    for category in CATEGORIES:
        assert sum(line.cells[category].caught for line in gate) >= 20


def test_every_mutator_has_a_name_of_its_own():
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


def test_mutated_answer_differs_from_the_right_one_in_one_turn():
    right = {(answer.case, answer.turns) for answer in ANSWERS}
    for mutation in MUTATIONS:
        for wrong in wrong_answers(mutation, SUITE, ANSWERS):
            assert (wrong.case, wrong.texts) not in right, mutation.name


NOTHING_WRONG = Mutation("nothing wrong", "gate", lambda turn: turn.text)


def test_right_answer_in_the_matrix_is_a_hole():
    found = holes(make_matrix(SUITE, ANSWERS, mutations=[NOTHING_WRONG]))
    assert found[0] == (
        "nothing wrong, direct_answers: gate let 10 of 10 through, first in frozen_dataclass"
    )


def test_table_shows_a_hole():
    matrix = make_matrix(SUITE, ANSWERS, mutations=[NOTHING_WRONG])
    assert text_table(matrix).splitlines()[-1].split() == [
        "nothing", "wrong", "gate", *["MISSED"] * 7
    ]  # fmt: skip


def test_summary_counts_what_was_caught(matrix):
    line = [line for line in matrix if line.name == "heap of keywords"]
    assert summary(line, len(ANSWERS)).endswith("caught by the layer that must, 0 missed")


def test_json_names_each_cell(matrix):
    content = json.loads(as_json(matrix[:1]))
    assert content["holes"] == []
    (line,) = content["matrix"]
    assert (line["mutator"], line["layer"], line["decided_by"]) == ("empty text", "gate", "reading")
    assert line["cells"]["direct_answers"] == {"status": "caught", "caught": 10, "missed": []}


def test_command_succeeds_and_says_so(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "HOLE" not in out
    assert "0 missed" in out


def always_pass(*_):
    return passed("fine")


def test_command_fails_at_a_hole(monkeypatch, capsys):
    monkeypatch.setitem(LAYERS, "ast", always_pass)
    assert main([]) == 1
    assert "HOLE: syntax error, single_tool: ast let 20 of 20 through" in capsys.readouterr().out
