from dataclasses import replace

import pytest

from evals.ask import Question, Sampling, first_question
from evals.ask.decode import one_blas_thread
from evals.ask.mlx_engine import MlxEngine
from fixtures import SYSTEM_PROMPT, CallgateError, load_suite
from pipeline.model.blas import thread_count
from pipeline.model.chat import render
from pipeline.model.embedded import EMBEDDED_MODEL
from pipeline.model.loading import load_model

TOKENS = 24


def nothing(_):
    return None


def answers_of(engine, questions, follow_up=nothing):
    return {(found.case, found.turn): found for found in engine.answer(questions, follow_up)}


def prompt_of(loaded, question):
    return render(loaded.tokenizer, question.messages, add_generation_prompt=True)


def second_turn(questions):
    """Ask every case on, with a tool response of its own length."""
    first = {question.case: question for question in questions}

    def follow_up(answer):
        if answer.turn == 2:
            return None
        said = {"role": "assistant", "content": answer.text}
        response = {"role": "user", "content": "<tool_response>" + "ok " * len(answer.case)}
        return Question(answer.case, 2, (*first[answer.case].messages, said, response))

    return follow_up


@pytest.fixture(scope="module")
def expected(tiny, alone, questions):
    return {question.case: alone(tiny, prompt_of(tiny, question), TOKENS) for question in questions}


@pytest.fixture(scope="module")
def stopping(load_tiny, expected):
    """The tiny model with a stop token that half of the answers reach at different places."""
    found = [set(token_ids) for token_ids in expected.values()]
    by_share = sorted(set.union(*found), key=lambda token: sum(token in ids for ids in found))
    token = next(
        token for token in by_share if sum(token in ids for ids in found) >= len(found) // 2
    )
    return load_tiny(stop_tokens=(token,))


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_answers_are_those_of_one_by_one(tiny, questions, expected, batch_size):
    found = answers_of(MlxEngine(tiny, Sampling(TOKENS), batch_size), questions)
    assert {case: answer.token_ids for (case, _), answer in found.items()} == expected


def test_the_tiny_model_answers_differently(expected):
    assert len(set(expected.values())) > len(expected) // 2


@pytest.mark.parametrize("batch_size", [1, 5, 64])
def test_second_turns_are_those_of_a_full_reading(stopping, alone, questions, batch_size):
    engine = MlxEngine(stopping, Sampling(TOKENS), batch_size)
    follow_up = second_turn(questions)
    found = answers_of(engine, questions, follow_up)
    assert len(found) == 2 * len(questions)
    for question in questions:
        second = found[question.case, 2]
        prompt = prompt_of(stopping, follow_up(found[question.case, 1]))
        assert second.prompt_tokens == len(prompt)
        assert second.token_ids == alone(stopping, prompt, TOKENS)


@pytest.mark.parametrize("batch_size", [1, 64])
def test_model_with_a_sliding_window_answers_as_one_by_one(load_tiny, alone, questions, batch_size):
    loaded = load_tiny(window=32)
    follow_up = second_turn(questions)
    found = answers_of(MlxEngine(loaded, Sampling(TOKENS), batch_size), questions, follow_up)
    for question in questions:
        first, second = found[question.case, 1], found[question.case, 2]
        assert first.token_ids == alone(loaded, prompt_of(loaded, question), TOKENS)
        assert second.token_ids == alone(loaded, prompt_of(loaded, follow_up(first)), TOKENS)


def test_stop_token_ends_an_answer_and_is_no_part_of_it(stopping, alone, questions):
    found = answers_of(MlxEngine(stopping, Sampling(TOKENS), 4), questions)
    assert {answer.finish_reason for answer in found.values()} == {"stop", "length"}
    for question in questions:
        answer = found[question.case, 1]
        assert not stopping.tokenizer.eos_token_ids & set(answer.token_ids)
        assert (answer.finish_reason == "stop") == (answer.tokens < TOKENS)
        assert answer.token_ids == alone(stopping, prompt_of(stopping, question), TOKENS)


def test_answer_tells_what_was_asked(tiny, questions):
    (answer,) = MlxEngine(tiny, Sampling(3), 4).answer(questions[:1], nothing)
    assert answer.prompt == "<|system|>You call tools.<|end|><|user|>clean<|end|><|assistant|>"
    assert answer.prompt_tokens == len(prompt_of(tiny, questions[0]))
    assert answer.text == tiny.tokenizer.decode(list(answer.token_ids))
    assert answer.finish_reason == "length"


def test_short_answers_come_first(stopping, questions):
    found = MlxEngine(stopping, Sampling(TOKENS), 64).answer(questions, nothing)
    lengths = [answer.tokens for answer in found]
    assert lengths == sorted(lengths)


def test_every_token_is_reported(stopping, questions):
    steps = []
    engine = MlxEngine(stopping, Sampling(TOKENS), 4, steps.append)
    found = answers_of(engine, questions)
    stopped = sum(answer.finish_reason == "stop" for answer in found.values())
    assert sum(steps) == sum(answer.tokens for answer in found.values()) + stopped


@pytest.mark.parametrize("batch_size", [1, 6])
def test_batch_is_never_larger_than_asked(tiny, questions, batch_size):
    rows = []

    def model(tokens, cache):
        rows.append(tokens.shape[0])
        return tiny.model(tokens, cache=cache)

    model.layers = tiny.model.layers
    answers_of(MlxEngine(replace(tiny, model=model), Sampling(TOKENS), batch_size), questions)
    lanes = min(2, batch_size)
    assert max(rows) == batch_size // lanes


def test_repeated_tokens_are_read_together_and_taken_back_when_wrong(load_tiny, alone, questions):
    loaded, most = load_tiny(), 300
    steps = []
    engine = MlxEngine(loaded, Sampling(most), 64, steps.append)
    found = answers_of(engine, questions[:3])
    for question in questions[:3]:
        expected = alone(loaded, prompt_of(loaded, question), most)
        assert found[question.case, 1].token_ids == expected
    assert len(steps) < most // 2


def test_no_question_is_no_answer(tiny):
    assert list(MlxEngine(tiny, Sampling(TOKENS), 4).answer([], nothing)) == []


def test_prompt_longer_than_the_context_is_named(load_tiny, questions):
    loaded = load_tiny(context_length=40)
    with pytest.raises(CallgateError) as raised:
        list(MlxEngine(loaded, Sampling(TOKENS), 4).answer(questions, nothing))
    tokens = next(n for q in questions if (n := len(prompt_of(loaded, q))) >= 40)
    case = next(q.case for q in questions if len(prompt_of(loaded, q)) >= 40)
    assert str(raised.value) == (
        f"case {case}, turn 1: the prompt has {tokens} tokens and the model reads 40: "
        "shorten the query or the system prompt"
    )


def test_answer_ends_where_the_context_does(load_tiny, questions, expected):
    tokens = len(prompt_of(load_tiny(), questions[0]))
    loaded = load_tiny(context_length=tokens + 5)
    (answer,) = MlxEngine(loaded, Sampling(TOKENS), 4).answer(questions[:1], nothing)
    assert answer.token_ids == expected[questions[0].case][:5]
    assert answer.finish_reason == "length"


def test_interrupted_engine_answers_again(tiny, questions, expected):
    interrupting = True

    def on_step(_):
        if interrupting:
            raise KeyboardInterrupt

    threads = thread_count()
    engine = MlxEngine(tiny, Sampling(TOKENS), 64, on_step)
    with pytest.raises(KeyboardInterrupt):
        list(engine.answer(questions, nothing))
    assert thread_count() == threads
    interrupting = False
    found = answers_of(engine, questions)
    assert {case: answer.token_ids for (case, _), answer in found.items()} == expected


def test_blas_threads_are_given_back():
    threads = thread_count()
    if threads is None:
        pytest.skip("OpenBLAS does not compute here")
    with one_blas_thread():
        assert thread_count() == 1
    assert thread_count() == threads


@pytest.mark.skipif(not EMBEDDED_MODEL.exists(), reason="the embedded model is not imported")
def test_embedded_model_answers_as_one_by_one(alone):
    loaded = load_model(EMBEDDED_MODEL)
    cases = load_suite().cases[::25]
    questions = [first_question(case, SYSTEM_PROMPT) for case in cases]
    found = answers_of(MlxEngine(loaded, Sampling(6), 64), questions)
    for question in questions:
        prompt = prompt_of(loaded, question)
        assert found[question.case, 1].token_ids == alone(loaded, prompt, 6)
