import tomllib
from pathlib import Path

import pytest

from fixtures import load_reference_answers, load_suite
from pipeline.data.announcements import is_announcement

SAMPLE = tomllib.loads(
    Path(__file__).with_name("announcement_sample.toml").read_text(encoding="utf-8")
)


def test_the_sample_is_large_and_balanced():
    promises, answers = len(SAMPLE["promises"]), len(SAMPLE["answers"])
    assert promises + answers >= 120
    assert 0.4 < promises / (promises + answers) < 0.6


@pytest.mark.parametrize(
    ("batch", "least_precision", "least_recall"), [("", 0.97, 0.95), ("fresh_", 0.9, 0.75)]
)
def test_precision_and_recall_on_the_sample(batch, least_precision, least_recall):
    promises, answers = SAMPLE[batch + "promises"], SAMPLE[batch + "answers"]
    found, wrong = sum(map(is_announcement, promises)), sum(map(is_announcement, answers))
    precision, recall = found / (found + wrong), found / len(promises)
    print(f"{batch}precision {precision:.2f}, {batch}recall {recall:.2f}")
    assert precision >= least_precision
    assert recall >= least_recall


def test_no_reference_answer_of_the_suite_is_an_announcement():
    turns = [turn for answer in load_reference_answers(load_suite()) for turn in answer.turns]
    assert [turn for turn in turns if is_announcement(turn)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "...",
        "Let me check.\n\n<tool_call><function=execute_code>",
        "Let me look it up. " + "The tide rises and falls twice a day. " * 40,
    ],
)
def test_a_text_with_nothing_promised_at_its_end_is_none(text):
    assert not is_announcement(text)


def test_a_promise_after_a_finished_answer_counts():
    assert is_announcement("The gate is open.\n\nNow I'll check the lock.")


def test_a_promise_whose_object_follows_is_an_answer():
    assert not is_announcement("Let me list them:\n- north\n- south")


def test_typographic_apostrophes_and_case_do_not_matter():
    assert is_announcement("I\u2019LL CHECK THE STATUS.")


@pytest.mark.parametrize(
    "text",
    [
        "to see the tide " * 30,
        "as for with since because " * 18,
        "well so and " * 40,
        "let me " + "just quickly now " * 30 + "wait",
        "to do so as to be for " * 20,
        "now i " * 80,
    ],
)
def test_what_can_be_read_in_many_ways_is_told_all_the_same(text):
    # Where trying all the ways takes exponential time, this never ends.
    assert not is_announcement(text[:490])
