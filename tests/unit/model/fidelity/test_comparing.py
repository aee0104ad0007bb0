import mlx.core as mx
import numpy as np
import pytest
from scipy.stats import entropy

from pipeline.model.fidelity.comparing import (
    Prediction,
    agreement_of,
    answers_of,
    compare_predictions,
    predict,
)
from pipeline.model.loading import load_model
from pipeline.model.train.rows import TrainingRow

ROWS = [
    TrainingRow(tuple(range(12)), (3, 4, 5, 9, 10)),
    TrainingRow(tuple(range(5)), (2, 3)),
]
NAMES = ("adapter", "fused")


def predictions(seed):
    numbers = np.random.default_rng(seed)
    for row in ROWS:
        raw = numbers.standard_normal((len(row.counted), 7)).astype(np.float32)
        logs = raw - np.log(np.exp(raw).sum(axis=-1, keepdims=True))
        yield Prediction(logs, logs.argmax(axis=-1))


def test_the_assistants_turns_are_told_apart_by_the_gaps_between_their_tokens():
    assert [answers_of(row) for row in ROWS] == [[slice(0, 3), slice(3, 5)], [slice(0, 2)]]


def test_the_divergence_is_the_mean_of_kl_over_all_tokens():
    left, right = list(predictions(1)), list(predictions(2))
    compared, _ = compare_predictions(NAMES, ROWS, left, iter(right))
    each = [
        entropy(np.exp(before.logs[token]), np.exp(after.logs[token]))
        for before, after in zip(left, right, strict=True)
        for token in range(len(before.logs))
    ]
    assert compared.divergence == pytest.approx(np.mean(each), rel=1e-5)


def test_a_model_compared_with_itself_agrees_everywhere():
    compared, likeliest = compare_predictions(NAMES, ROWS, predictions(1), predictions(1))
    assert (compared.agreement, compared.same_answers, compared.divergence) == (1.0, 3, 0.0)
    assert [array.size for array in likeliest] == [5, 2]


def test_an_answer_is_the_same_only_when_every_token_of_it_is():
    before = [np.zeros(5), np.zeros(2)]
    after = [np.array([0, 0, 0, 1, 0]), np.array([0, 0])]
    compared = agreement_of(NAMES, ROWS, before, after)
    assert (compared.agreement, compared.same_answers) == (6 / 7, 2)
    assert compared.divergence is None


def test_a_token_is_predicted_from_what_stands_before_it(tiny_model):
    model = load_model(tiny_model).model
    row = TrainingRow((5, 9, 30, 31, 32, 33), (2, 5))
    (prediction,) = predict(model, [row])
    for place, logs in zip(row.counted, prediction.logs, strict=True):
        logits = model(mx.array([row.tokens[:place]]))[0, -1]
        expected = np.array(logits - mx.logsumexp(logits))
        np.testing.assert_allclose(logs, expected, atol=1e-4)
    assert prediction.likeliest.tolist() == prediction.logs.argmax(axis=-1).tolist()
