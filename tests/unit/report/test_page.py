import pytest

from evals.ask import Answer
from evals.decide import apply_gate, case_record, find_policy, repeated_record
from evals.judge import judge
from evals.report.page import case_html, row_cells, summary_html

HOSTILE = "<script>alert(1)</script></pre><td>\"'&"


@pytest.fixture
def missed(suite):
    """A case whose answer is hostile text."""
    case = suite.cases[-1]
    texts = [HOSTILE, HOSTILE]
    answers = [
        Answer(
            key="k",
            case=case.id,
            turn=turn,
            prompt=HOSTILE,
            prompt_tokens=4,
            text=text,
            token_ids=(1, 2),
            seconds=1.25,
            finish_reason="length",
        )
        for turn, text in enumerate(texts, 1)
    ]
    return case, case_record(case, judge(case, texts, suite.responses)), [answers]


def test_generated_text_is_escaped(missed):
    page = case_html(*missed)
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_the_row_is_escaped(missed):
    layer, sentence = row_cells(missed[1])
    assert layer == '<td class="col-layer">gate</td>'
    assert "<script>" not in sentence
    assert "&lt;script&gt;" in sentence


def test_tokens_seconds_and_the_end_are_told(missed):
    assert "Turn 2: 2 tokens in 1.2 s, ended by the token limit" in case_html(*missed)


def test_a_row_without_a_record_is_empty():
    assert row_cells(None) == ['<td class="col-layer"></td>', "<td></td>"]


def test_the_summary_escapes_the_name_of_the_model(judged):
    results = judged()
    gate = apply_gate(find_policy("deploy"), results)
    page = summary_html(gate, results, HOSTILE, enforced=True)
    assert "<script>" not in page
    assert "deploy (strict &gt;= 80 %): 57 of 57 strict" in page


def test_each_of_several_answers_is_shown(missed):
    case, record, (given,) = missed
    page = case_html(case, repeated_record([record] * 3), [given] * 3)
    assert "Passed 0 of 3 times" in page
    assert page.count("<summary>Repeat ") == 3
    assert "<script>" not in page


def test_of_many_answers_it_is_said_how_many_are_shown(missed):
    case, record, (given,) = missed
    page = case_html(case, repeated_record([record] * 30), [given] * 30)
    assert "shown are 5, results.json and answers.jsonl have all" in page
    assert page.count("<summary>Repeat ") == 5


def test_the_row_of_a_repeated_case_says_how_often_it_missed(missed):
    _, sentence = row_cells(repeated_record([missed[1]] * 3))
    assert sentence.startswith("<td>missed 3 of 3 times, first in repeat 1, turn 1, gate: ")
