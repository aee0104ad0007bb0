import hashlib

import pytest
from pydantic import ValidationError

from evals.ask import Question, Sampling, answer_key, by_case, first_question, next_question
from fixtures import SYSTEM_PROMPT

ASKED = Question("clean_tree", 1, ())
DRAWN = Sampling(temperature=0.7)


@pytest.fixture
def two_turns(suite):
    return next(case for case in suite.cases if case.second_turn)


@pytest.fixture
def one_turn(suite):
    return next(case for case in suite.cases if not case.second_turn)


def test_key_is_the_same_for_the_same_question():
    assert answer_key("f" * 64, [1, 2, 3], Sampling(), ASKED) == answer_key(
        "f" * 64, (1, 2, 3), Sampling(), ASKED
    )


def test_key_of_a_greedy_answer_is_that_of_answers_kept_before_there_were_repeats():
    key = answer_key("f" * 64, [1, 2, 3], Sampling(), ASKED)
    content = f'["{"f" * 64}", [1, 2, 3], {{"max_tokens": 512, "temperature": 0.0, "seed": 0}}]'
    assert key == hashlib.sha256(content.encode()).hexdigest()


def test_key_of_a_greedy_answer_is_the_same_for_every_case():
    other = Question("dirty_files", 1, ())
    assert answer_key("f", [1], Sampling(), ASKED) == answer_key("f", [1], Sampling(), other)


@pytest.mark.parametrize(
    ("sampling", "question"),
    [
        (DRAWN, Question("clean_tree", 1, (), repeat=2)),
        (DRAWN, Question("dirty_files", 1, (), repeat=1)),
        (Sampling(temperature=0.7, seed=1), Question("clean_tree", 1, (), repeat=1)),
        (Sampling(temperature=0.7, top_p=0.9), Question("clean_tree", 1, (), repeat=1)),
    ],
)
def test_key_of_drawn_tokens_tells_case_repeat_and_seed_apart(sampling, question):
    first = answer_key("f", [1], DRAWN, Question("clean_tree", 1, (), repeat=1))
    assert answer_key("f", [1], sampling, question) != first


@pytest.mark.parametrize(
    ("fingerprint", "prompt", "sampling"),
    [
        ("e" * 64, [1, 2, 3], Sampling()),
        ("f" * 64, [1, 2, 4], Sampling()),
        ("f" * 64, [1, 23], Sampling()),
        ("f" * 64, [1, 2, 3], Sampling(max_tokens=256)),
        ("f" * 64, [1, 2, 3], Sampling(temperature=0.5)),
        ("f" * 64, [1, 2, 3], Sampling(seed=1)),
    ],
)
def test_key_tells_models_prompts_and_sampling_apart(fingerprint, prompt, sampling):
    other = answer_key("f" * 64, [1, 2, 3], Sampling(), ASKED)
    assert answer_key(fingerprint, prompt, sampling, ASKED) != other


def test_first_question_is_system_prompt_and_query(one_turn):
    question = first_question(one_turn, SYSTEM_PROMPT)
    assert question.messages == (
        {"role": "system", "content": SYSTEM_PROMPT},
        {"role": "user", "content": one_turn.query},
    )
    assert (question.case, question.turn) == (one_turn.id, 1)


def test_empty_system_prompt_is_left_out(one_turn):
    question = first_question(one_turn, "")
    assert question.messages == ({"role": "user", "content": one_turn.query},)


def test_second_question_goes_on_from_the_real_answer(suite, two_turns):
    asked = first_question(two_turns, SYSTEM_PROMPT)
    following = next_question(two_turns, suite, asked, "what the model said")
    response = suite.responses[two_turns.second_turn.response]
    assert following.turn == 2
    assert following.messages == (
        *asked.messages,
        {"role": "assistant", "content": "what the model said"},
        {"role": "user", "content": response},
    )


def test_nothing_follows_a_second_turn(suite, two_turns):
    second = next_question(two_turns, suite, first_question(two_turns, ""), "text")
    assert next_question(two_turns, suite, second, "text") is None


def test_nothing_follows_the_answer_to_a_single_turn(suite, one_turn):
    assert next_question(one_turn, suite, first_question(one_turn, ""), "text") is None


def test_tokens_are_counted_from_their_ids(make_answer):
    assert make_answer(token_ids=(5, 6, 7, 8)).tokens == 4


def test_the_second_turn_belongs_to_the_repeat_of_the_first(suite, two_turns):
    asked = first_question(two_turns, "", repeat=3)
    assert next_question(two_turns, suite, asked, "text").repeat == 3


def test_a_greedy_answer_is_written_without_a_repeat(make_answer):
    assert "repeat" not in make_answer().model_dump(mode="json")
    assert make_answer(schema_version=2, repeat=2).model_dump(mode="json")["repeat"] == 2


def test_answers_are_sorted_by_case_repeat_and_turn(make_answer):
    given = [
        make_answer(f"k{repeat}{turn}", schema_version=2, repeat=repeat, turn=turn)
        for repeat, turn in ((10, 1), (2, 2), (1, 1), (2, 1))
    ]
    assert by_case(given) == {
        "clean_tree": ((given[2],), (given[3], given[1]), (given[0],)),
    }


def test_answer_refuses_a_key_it_does_not_know(make_answer):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        make_answer(score=1)
