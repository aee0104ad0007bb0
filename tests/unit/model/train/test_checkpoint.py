import mlx.core as mx
import pytest
from mlx import nn
from mlx.utils import tree_flatten

from fixtures import CallgateError
from pipeline.model.train.checkpoint import (
    NAME,
    Position,
    iteration_of,
    load_checkpoint,
    save_checkpoint,
)
from pipeline.model.train.optimizer import make_optimizer
from pipeline.model.train.settings import TrainingSettings

SETTINGS = TrainingSettings(iterations=10, learning_rate=1e-2, warmup=3)


def step(model, optimizer):
    """One step on a loss that takes a random number."""

    def loss(model, inputs):
        return (model(inputs) * mx.random.uniform()).mean()

    _, gradient = nn.value_and_grad(model, loss)(model, mx.array([[1, 2, 3]]))
    optimizer.update(model, gradient)
    mx.eval(model.parameters(), optimizer.state, mx.random.state)


def weights(model):
    return {name: array.tolist() for name, array in tree_flatten(model.trainable_parameters())}


@pytest.fixture
def trained(adapted, tmp_path):
    """A model and its optimizer after two steps, with a checkpoint of them."""
    model, optimizer = adapted(), make_optimizer(SETTINGS)
    for _ in range(2):
        step(model, optimizer)
    save_checkpoint(tmp_path, model, optimizer, Position(20, 1.5))
    return model, optimizer


def test_what_follows_a_checkpoint_is_what_would_have_followed_without_one(
    adapted, tmp_path, trained
):
    for _ in range(2):
        step(*trained)
    model, optimizer = adapted(seed=8), make_optimizer(SETTINGS)
    # The frozen weights are those of the base model, which is the same.
    model.load_weights(tree_flatten(trained[0].parameters()))
    mx.random.seed(99)
    assert load_checkpoint(tmp_path, model, optimizer) == Position(20, 1.5)
    for _ in range(2):
        step(model, optimizer)
    assert weights(model) == weights(trained[0])


def test_the_iteration_of_a_checkpoint_is_told_without_loading_it(tmp_path, trained):
    assert trained
    assert iteration_of(tmp_path) == 20


@pytest.mark.parametrize("content", [None, b"", b"\x10", b"\x02\0\0\0\0\0\0\0{}"])
def test_no_whole_checkpoint_is_told_as_none(tmp_path, content):
    if content is not None:
        (tmp_path / NAME).write_bytes(content)
    assert iteration_of(tmp_path) == 0


def test_a_checkpoint_of_another_adapter_is_refused(adapted, tmp_path, trained):
    assert trained
    with pytest.raises(CallgateError) as caught:
        load_checkpoint(tmp_path, adapted(rank=2), make_optimizer(SETTINGS))
    assert str(caught.value) == (
        f"{tmp_path / NAME} is of another adapter: delete {tmp_path} to train from the beginning"
    )


def test_a_checkpoint_that_is_cut_off_is_refused(adapted, tmp_path, trained):
    assert trained
    file = tmp_path / NAME
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(CallgateError) as caught:
        load_checkpoint(tmp_path, adapted(), make_optimizer(SETTINGS))
    assert str(caught.value) == (
        f"{file} is truncated: it has {size - 7} bytes of {size}: "
        f"delete {tmp_path} to train from the beginning"
    )


def test_a_file_that_is_no_checkpoint_is_refused(adapted, tmp_path):
    file = tmp_path / NAME
    mx.save_safetensors(str(file), {"weight": mx.zeros(3)})
    with pytest.raises(CallgateError) as caught:
        load_checkpoint(tmp_path, adapted(), make_optimizer(SETTINGS))
    assert str(caught.value) == (
        f"{file} is no checkpoint ('weight'): delete {tmp_path} to train from the beginning"
    )


def test_weights_that_are_no_numbers_leave_the_old_checkpoint(tmp_path, trained):
    model, optimizer = trained
    before = (tmp_path / NAME).read_bytes()
    model.layers[0].self_attn.q_proj.lora_b *= float("nan")
    with pytest.raises(CallgateError) as caught:
        save_checkpoint(tmp_path, model, optimizer, Position(30, 2.0))
    assert str(caught.value) == (
        "a weight is no number at iteration 30: no checkpoint was written since; train again with "
        "--restart and a lower --learning-rate"
    )
    assert (tmp_path / NAME).read_bytes() == before
