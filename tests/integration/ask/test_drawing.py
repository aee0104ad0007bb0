"""Drawn answers are those of their own random numbers, whatever is computed beside them."""

from dataclasses import replace

import pytest

from evals.ask import Question, Sampling, answer_key
from evals.ask.drawing import Drawing, Place, likeliest, random_words
from evals.ask.mlx_engine import MlxEngine
from pipeline.model.chat import render

TOKENS = 12
WARM = Sampling(TOKENS, temperature=0.8, seed=3)


def nothing(_):
    return None


def prompt_of(loaded, question):
    return render(loaded.tokenizer, question.messages, add_generation_prompt=True)


@pytest.fixture(scope="module")
def repeated(questions):
    """Three questions, each asked three times."""
    return [replace(question, repeat=repeat) for repeat in (1, 2, 3) for question in questions[:3]]


def drawn(loaded, sampling, questions, batch_size=64, follow_up=nothing):
    engine = MlxEngine(loaded, sampling, batch_size)
    return {(a.case, a.repeat, a.turn): a for a in engine.answer(questions, follow_up)}


def alone(loaded, sampling, question):
    """The plain way: the whole text read anew for each token, nothing beside it, no cache."""
    import mlx.core as mx

    prompt = prompt_of(loaded, question)
    key = answer_key(loaded.description.fingerprint, prompt, sampling, question)
    tokens = list(prompt)
    for number in range(sampling.max_tokens):
        logits = loaded.model(mx.array([tokens]))[0, -1]
        words = mx.array(random_words(Place(key, number)), mx.uint32)
        token = mx.random.categorical(logits / sampling.temperature, key=words).item()
        if token in loaded.tokenizer.eos_token_ids:
            break
        tokens.append(token)
    return tuple(tokens[len(prompt) :])


@pytest.fixture(scope="module")
def expected(tiny, repeated):
    return {(asked.case, asked.repeat, 1): alone(tiny, WARM, asked) for asked in repeated}


@pytest.mark.parametrize("batch_size", [1, 4, 64])
def test_drawn_answers_are_those_of_one_by_one(tiny, repeated, expected, batch_size):
    found = drawn(tiny, WARM, repeated, batch_size)
    assert {place: answer.token_ids for place, answer in found.items()} == expected


def test_second_turns_are_drawn_on_from_the_repeat_of_the_first(tiny, repeated):
    first = {(question.case, question.repeat): question for question in repeated}

    def follow_up(answer):
        if answer.turn == 2:
            return None
        asked = first[answer.case, answer.repeat]
        said = {"role": "assistant", "content": answer.text}
        response = {"role": "user", "content": "<tool_response>ok</tool_response>"}
        return Question(answer.case, 2, (*asked.messages, said, response), answer.repeat)

    found = drawn(tiny, WARM, repeated, 4, follow_up)
    assert len(found) == 2 * len(repeated)
    for question in repeated[::2]:
        following = follow_up(found[question.case, question.repeat, 1])
        assert found[question.case, question.repeat, 2].token_ids == alone(tiny, WARM, following)


def test_repeats_and_seeds_draw_differently_and_the_same_again(tiny, repeated):
    found = drawn(tiny, WARM, repeated)
    assert len({answer.token_ids for answer in found.values()}) == len(repeated)
    other = drawn(tiny, replace(WARM, seed=4), repeated)
    assert all(found[place].token_ids != other[place].token_ids for place in found)
    again = drawn(tiny, WARM, list(reversed(repeated)), 5)
    assert {place: answer.token_ids for place, answer in again.items()} == {
        place: answer.token_ids for place, answer in found.items()
    }


def test_a_drawn_answer_tells_its_repeat(tiny, repeated):
    answer = drawn(tiny, WARM, repeated)["case_0", 2, 1]
    assert (answer.schema_version, answer.repeat) == (2, 2)


def test_hardly_any_share_of_the_likeliest_is_greedy(tiny, questions, repeated):
    narrow = drawn(tiny, Sampling(TOKENS, temperature=0.8, top_p=1e-6), repeated[:3])
    greedy = drawn(tiny, Sampling(TOKENS), questions[:3])
    assert [answer.token_ids for _, answer in sorted(narrow.items())] == [
        answer.token_ids for _, answer in sorted(greedy.items())
    ]


def test_tokens_are_drawn_as_often_as_they_are_likely():
    import mlx.core as mx

    shares = [0.5, 0.3, 0.15, 0.05]
    logits = mx.broadcast_to(mx.log(mx.array(shares)), (4000, 1, 4))
    places = [Place("some answer", number) for number in range(4000)]

    def counted(sampling):
        tokens = Drawing(sampling)(logits, places).reshape(-1).tolist()
        return [tokens.count(token) / 4000 for token in range(4)]

    # Four standard errors of 4000 draws are 0.03.
    assert counted(Sampling(temperature=1)) == pytest.approx(shares, abs=0.03)
    # Half the temperature squares the shares: .25 + .09 + .0225 + .0025 = .365.
    assert counted(Sampling(temperature=0.5)) == pytest.approx(
        [share**2 / 0.365 for share in shares], abs=0.03
    )
    # The likeliest two hold 0.8, which is not yet 0.81; three hold 0.95.
    assert counted(Sampling(temperature=1, top_p=0.81)) == pytest.approx(
        [*(share / 0.95 for share in shares[:3]), 0], abs=0.03
    )


def test_a_row_that_nobody_continues_changes_no_other():
    import mlx.core as mx

    mx.random.seed(5)
    logits = mx.random.normal((3, 2, 50))
    choose = Drawing(Sampling(temperature=1))
    places = [Place("a", 4), Place("b", 0), Place("c", 9)]
    every = choose(logits, places).tolist()
    some = choose(logits, [places[0], None, places[2]]).tolist()
    assert (some[0], some[2]) == (every[0], every[2])
    # The second token of a row is the first of its next place.
    later = choose(logits[:, 1:], [Place(name, tokens + 1) for name, tokens in places]).tolist()
    assert [row[0] for row in later] == [row[1] for row in every]


def test_the_likeliest_needs_no_place():
    import mlx.core as mx

    assert likeliest(mx.array([[[0.0, 2.0, 1.0]]]), [None]).tolist() == [[1]]
