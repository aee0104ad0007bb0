import shutil
from collections import namedtuple
from dataclasses import replace
from functools import partial

import mlx.core as mx
import pytest
from mlx import nn
from mlx.utils import tree_flatten

from fixtures import CallgateError
from pipeline.model.loading import LoadedModel, load_model
from pipeline.model.train import preflight
from pipeline.model.train.adapting import adapt
from pipeline.model.train.batches import batch_of
from pipeline.model.train.loss import counted_loss
from pipeline.model.train.optimizer import make_optimizer
from pipeline.model.train.preflight import Needs, check_needs, needs_of, raise_out_of_memory
from pipeline.model.train.rows import TrainingRow
from pipeline.model.train.settings import TrainingSettings


def rows_of(count: int, length: int, counted: int) -> list[TrainingRow]:
    tokens = tuple(place % 200 for place in range(length))
    return [TrainingRow(tokens, tuple(range(length - counted, length)))] * count


def measured(loaded: LoadedModel, settings: TrainingSettings, rows: list[TrainingRow]) -> int:
    """The peak of a step, as the trainer compiles it."""
    model, optimizer = loaded.model, make_optimizer(settings)
    computed = nn.value_and_grad(model, counted_loss(model, rows[0]))
    state = [model.state, optimizer.state, mx.random.state]

    @partial(mx.compile, inputs=state, outputs=state)
    def step(*batch):
        (value, _), gradient = computed(model, *batch)
        optimizer.update(model, gradient)
        return value

    batch = batch_of(rows, sum(len(row.counted) for row in rows))
    mx.eval(step(*batch), state)
    before = mx.get_active_memory()
    mx.reset_peak_memory()
    mx.eval(step(*batch), state)
    own = sum(array.nbytes for _, array in tree_flatten([model.parameters(), optimizer.state]))
    return mx.get_peak_memory() - before + own


@pytest.mark.parametrize("shape", [(1, 512, 32), (1, 512, 480), (4, 256, 128)])
def test_the_peak_of_memory_is_estimated_within_a_third(tiny_model, shape):
    loaded = load_model(tiny_model)
    settings = TrainingSettings(batch_size=4)
    adapt(loaded.model, settings)
    rows = rows_of(*shape)
    optimizer = make_optimizer(settings)
    optimizer.init(loaded.model.trainable_parameters())
    estimated = needs_of(loaded, optimizer.state, rows, settings).memory
    assert estimated == pytest.approx(measured(loaded, settings, rows), rel=0.35)


def test_fewer_rows_blocks_and_workers_need_less(tiny_model):
    loaded = load_model(tiny_model)
    settings = TrainingSettings(batch_size=4)
    adapt(loaded.model, settings)
    rows = rows_of(8, 256, 128)

    def needed(settings=settings, workers=1):
        return needs_of(loaded, {}, rows, settings, workers).memory

    assert needed(replace(settings, batch_size=2)) < needed()
    assert needed(replace(settings, layers=1)) < needed()
    assert needed(replace(settings, checkpointing=True)) < needed()
    assert needed(workers=2) == needed(replace(settings, batch_size=2))


Disk = namedtuple("Disk", "free")


@pytest.fixture
def machine(monkeypatch):
    """A machine with 3 MB of free memory and 2 MB of free disk."""
    monkeypatch.setattr(preflight, "device_memory", lambda: 3_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(2_000_000))


@pytest.mark.usefixtures("machine")
def test_what_is_enough_is_said(tmp_path):
    assert check_needs(Needs(1_500_000, 100_000), tmp_path / "not" / "there") == (
        "estimated: 1.5 MB of memory of 3.0 MB free, 0.1 MB of disk"
    )


@pytest.mark.usefixtures("machine")
def test_too_little_memory_is_refused_unless_it_is_to_be_tried(tmp_path):
    needs = Needs(1_600_000, 100_000)
    with pytest.raises(CallgateError) as caught:
        check_needs(needs, tmp_path, processes=2)
    assert str(caught.value) == (
        "the training needs about 3.2 MB of memory and 3.0 MB are free: choose a smaller "
        "--batch-size or --layers, leave out long rows, or take --checkpointing, or try it with "
        "--force"
    )
    assert check_needs(needs, tmp_path, processes=2, force=True).startswith("estimated: 3.2 MB")


@pytest.mark.usefixtures("machine")
def test_too_small_a_disk_is_refused_with_both_sizes(tmp_path):
    with pytest.raises(CallgateError) as caught:
        check_needs(Needs(1_000_000, 2_500_000), tmp_path / "adapters", force=True)
    assert str(caught.value) == (
        f"{tmp_path} has 2.0 MB free; the training needs about 2.5 MB: free space, or choose "
        "another --out"
    )


def test_memory_that_runs_out_is_said_with_what_takes_less():
    problem = RuntimeError("[malloc] Unable to allocate 9000 bytes.")
    with pytest.raises(CallgateError) as caught:
        raise_out_of_memory(problem)
    assert str(caught.value) == (
        "out of memory ([malloc] Unable to allocate 9000 bytes.): choose a smaller --batch-size "
        "or --layers, leave out long rows, or take --checkpointing; the same command goes on from "
        "the last checkpoint"
    )


def test_another_error_is_no_lack_of_memory():
    raise_out_of_memory(RuntimeError("shapes do not match"))
