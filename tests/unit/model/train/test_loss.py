import mlx.core as mx
import pytest
from mlx import nn
from mlx.utils import tree_flatten, tree_map
from mlx_lm.tuner.trainer import default_loss

from pipeline.model.train.batches import batches_of
from pipeline.model.train.loss import counted_loss, head_is_separable

from .conftest import random_row

# The turns that each row counts, by the first and the last place.
TURNS = {
    random_row(20, (8, 19), seed=1): [(8, 19)],
    random_row(45, (10, 14), (30, 43), seed=2): [(10, 14), (30, 43)],
    random_row(37, (2, 4), (9, 9), (20, 36), seed=3): [(2, 4), (9, 9), (20, 36)],
}
ROWS = list(TURNS)


def loss_of_mlx_lm(model):
    """The mean over all counted tokens, of mlx-lm's own loss, turn by turn."""
    total, counted = mx.array(0.0), 0
    for row, turns in TURNS.items():
        for turn in turns:
            mean, tokens = default_loss(model, mx.array([row.tokens]), mx.array([turn]))
            total, counted = total + mean * tokens, counted + tokens
    return total / counted


def ours(model, rank=0, workers=1):
    batch = next(batches_of(ROWS, len(ROWS), iter([0]), rank=rank, workers=workers))
    return nn.value_and_grad(model, counted_loss(model, ROWS[0]))(model, *batch)


def assert_same(left, right):
    for (name, one), (_, other) in zip(tree_flatten(left), tree_flatten(right), strict=True):
        assert mx.allclose(one, other, rtol=1e-4, atol=1e-6).item(), name


@pytest.mark.parametrize("kind", ["llama", "llama with a head", "qwen2", "cohere", "granite"])
def test_loss_and_gradient_are_those_of_mlx_lm_under_the_same_mask(adapted, kind):
    model = adapted(kind)
    (value, _), gradient = ours(model)
    expected, expected_gradient = nn.value_and_grad(model, loss_of_mlx_lm)(model)
    assert value.item() == pytest.approx(expected.item(), rel=1e-5)
    assert_same(gradient, expected_gradient)


@pytest.mark.parametrize(
    ("kind", "separable"),
    [
        ("llama", True),
        ("llama with a head", True),
        ("qwen2", True),
        ("cohere", False),
        ("granite", False),
    ],
)
def test_only_a_plain_head_is_computed_apart(adapted, kind, separable):
    assert head_is_separable(adapted(kind), ROWS[1]) is separable


@pytest.mark.parametrize("workers", [2, 4])
def test_the_mean_over_workers_is_the_loss_and_gradient_of_one(adapted, workers):
    model = adapted()
    (whole, _), whole_gradient = ours(model)
    parts = [ours(model, rank, workers) for rank in range(workers)]
    mean = sum(value.item() for (value, _), _ in parts) / workers
    assert mean == pytest.approx(whole.item(), rel=1e-5)
    gradient = tree_map(lambda *each: sum(each) / workers, *(gradient for _, gradient in parts))
    assert_same(gradient, whole_gradient)
