from itertools import islice

import mlx.core as mx
import numpy as np
import pytest

from pipeline.model.train.batches import batch_of, batches_of, groups_of, schedule_of
from pipeline.model.train.rows import TrainingRow


def row_of(length: int, first: int = 1) -> TrainingRow:
    """A row of tokens that are all different, whose second half is counted."""
    tokens = tuple(range(first, first + length))
    return TrainingRow(tokens, tuple(range(length // 2, length)))


ROWS = [row_of(length, 100 * number) for number, length in enumerate((9, 40, 5, 33, 12, 70, 8))]


def order(groups, seed, start, count):
    return list(islice(schedule_of(groups, seed, start), count))


@pytest.mark.parametrize("start", [0, 1, 4, 5, 13])
def test_the_order_that_goes_on_at_an_iteration_is_that_of_an_unbroken_training(start):
    assert order(5, 3, start, 20) == order(5, 3, 0, start + 20)[start:]


def test_every_epoch_is_a_permutation_of_its_own():
    epochs = np.array(order(8, 0, 0, 32)).reshape(4, 8)
    assert all(sorted(epoch) == list(range(8)) for epoch in epochs.tolist())
    assert len({tuple(epoch) for epoch in epochs.tolist()}) == 4


def test_another_seed_gives_another_order():
    assert order(8, 0, 0, 8) != order(8, 1, 0, 8)


def test_groups_hold_every_row_once_beside_rows_of_its_length():
    groups = groups_of(ROWS, 3)
    lengths = [[len(ROWS[index].tokens) for index in group] for group in groups]
    assert lengths == [[5, 8, 9], [12, 33, 40], [70]]


def test_the_targets_of_a_batch_are_the_counted_tokens_and_its_places_those_before_them():
    rows = [ROWS[0], ROWS[1]]
    batch = batch_of(rows, 24)
    counted = [row.tokens[place] for row in rows for place in row.counted]
    weights = np.array(batch.weights)
    real = weights == 1
    assert np.array(batch.targets)[real].tolist() == counted
    assert weights.sum() == len(counted)
    read = np.array(batch.inputs).reshape(-1)[np.array(batch.places)[real]]
    assert read.tolist() == [token - 1 for token in counted]


def test_a_batch_is_padded_to_few_lengths():
    assert batch_of([row_of(33)], 16).inputs.shape == (1, 32)
    assert batch_of([row_of(34)], 17).inputs.shape == (1, 64)


@pytest.mark.parametrize("workers", [2, 3, 8])
def test_the_workers_share_every_row_of_a_batch_and_its_counted_tokens(workers):
    whole = next(batches_of(ROWS, 6, iter([0])))
    shares = [
        next(batches_of(ROWS, 6, iter([0]), rank=rank, workers=workers)) for rank in range(workers)
    ]
    targets = [np.array(share.targets)[np.array(share.weights) == 1] for share in shares]
    assert sorted(np.concatenate(targets).tolist()) == sorted(
        np.array(whole.targets)[np.array(whole.weights) == 1].tolist()
    )
    assert mx.allclose(sum(share.share for share in shares), whole.share).item()
