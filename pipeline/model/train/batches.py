"""The order of the batches, a function of seed and iteration, and what a batch is made of."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .rows import TrainingRow

if TYPE_CHECKING:
    import mlx.core as mx

# Lengths are rounded up to multiples, so that few shapes have to be compiled.
_LENGTH_STEP = 32


class Batch(NamedTuple):
    """What the loss takes: `places` are flat positions whose next token is in `targets`."""

    inputs: "mx.array"  # (rows, length) int32
    places: "mx.array"  # (counted,) int32, into rows * length
    targets: "mx.array"  # (counted,) int32
    weights: "mx.array"  # (counted,) float32: 1, and 0 for filling
    share: "mx.array"  # () float32: counted tokens of the whole batch, a worker's share


def _rounded(length: int) -> int:
    return -(-length // _LENGTH_STEP) * _LENGTH_STEP


def batch_of(rows: Sequence[TrainingRow], counted_in_all: int, workers: int = 1) -> Batch:
    """Return the batch of some rows, padded to the longest one.

    `counted_in_all` is the number of counted tokens in the rows of all workers.
    """
    import mlx.core as mx

    length = _rounded(max(len(row.tokens) for row in rows) - 1)
    inputs = np.zeros((len(rows), length), np.int32)
    places: list[int] = []
    targets: list[int] = []
    for index, row in enumerate(rows):
        inputs[index, : len(row.tokens) - 1] = row.tokens[:-1]
        places.extend(index * length + position - 1 for position in row.counted)
        targets.extend(row.tokens[position] for position in row.counted)
    filling = _rounded(max(1, len(places))) - len(places)
    weights = [1.0] * len(places) + [0.0] * filling
    return Batch(
        mx.array(inputs),
        mx.array(np.array(places + [0] * filling, np.int32)),
        mx.array(np.array(targets + [0] * filling, np.int32)),
        mx.array(np.array(weights, np.float32)),
        mx.array(counted_in_all / workers, dtype=mx.float32),
    )


def groups_of(rows: Sequence[TrainingRow], batch_size: int) -> list[tuple[int, ...]]:
    """Return the row numbers of each batch: neighbours by length, so that little is padded.

    The last batch may be smaller.
    """
    order = sorted(range(len(rows)), key=lambda index: (len(rows[index].tokens), index))
    return [tuple(order[start : start + batch_size]) for start in range(0, len(order), batch_size)]


def schedule_of(groups: int, seed: int, start: int) -> Iterator[int]:
    """Yield the group of every iteration from `start` (0 is the first), for ever.

    Every epoch is a permutation of its own, made from the seed and the epoch's number alone.
    """
    epoch, skipped = divmod(start, groups)
    while True:
        order = np.random.default_rng([seed, epoch]).permutation(groups)
        yield from order[skipped:].tolist()
        epoch, skipped = epoch + 1, 0


def batches_of(
    rows: Sequence[TrainingRow],
    batch_size: int,
    order: Iterator[int],
    *,
    rank: int = 0,
    workers: int = 1,
) -> Iterator[Batch]:
    """Yield the batches of `order`; with workers, every `workers`-th row of each from `rank`.

    A worker that no row of a batch is left for gets one of which nothing is counted.
    """
    groups = groups_of(rows, batch_size)
    for number in order:
        members = [rows[index] for index in groups[number]]
        counted = sum(len(row.counted) for row in members)
        nothing = [TrainingRow(members[0].tokens[:2], ())]
        yield batch_of(members[rank::workers] or nothing, counted, workers)
