"""Checkpoints: everything that a training needs to go on, in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import orjson

from fixtures import CallgateError

from ...files import atomic_writer
from ..folder import check_safetensors

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn
    from mlx.optimizers import Optimizer

NAME = "checkpoint.safetensors"


class Position(NamedTuple):
    """Where a checkpoint stands."""

    iteration: int  # how many are done; the next batch follows from it
    seconds: float  # of computing before it


def _random_state() -> "list[mx.array]":
    import mlx.core as mx

    return cast("list[mx.array]", mx.random.state)


def save_checkpoint(
    folder: Path, model: "nn.Module", optimizer: "Optimizer", position: Position
) -> None:
    """Replace the folder's checkpoint by one of now: adapter, optimizer, random state, position.

    The file is the old one or the new one, never a part of one.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten

    arrays: dict[str, mx.array] = {}
    for name, tree in (
        ("adapter", model.trainable_parameters()),
        ("optimizer", optimizer.state),
        ("random", {"state": _random_state()[0]}),
    ):
        arrays.update({f"{name}.{key}": array for key, array in tree_flatten(tree)})
    metadata = {"position": orjson.dumps(position._asdict()).decode()}
    with atomic_writer(folder / NAME) as file:
        mx.save_safetensors(file, arrays, metadata)


def load_checkpoint(folder: Path, model: "nn.Module", optimizer: "Optimizer") -> Position:
    """Put model, optimizer and random state where the folder's checkpoint left them.

    Raises CallgateError when the file is damaged or of another adapter.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten, tree_unflatten

    file = folder / NAME
    check_safetensors(file)
    arrays, metadata = cast(
        "tuple[dict[str, mx.array], dict[str, str]]", mx.load(str(file), return_metadata=True)
    )
    parts: dict[str, dict[str, mx.array]] = {"adapter": {}, "optimizer": {}, "random": {}}
    for key, array in arrays.items():
        part, _, name = key.partition(".")
        parts[part][name] = array
    wanted = {name: array.shape for name, array in tree_flatten(model.trainable_parameters())}
    found = {name: array.shape for name, array in parts["adapter"].items()}
    if wanted != found:
        raise CallgateError(
            f"{file} is of another adapter: delete {folder} to train from the beginning"
        )
    model.load_weights(list(parts["adapter"].items()), strict=False)
    optimizer.init(model.trainable_parameters())
    optimizer.state = tree_unflatten(list(parts["optimizer"].items()))
    _random_state()[0] = parts["random"]["state"]
    mx.eval(model.trainable_parameters(), optimizer.state, mx.random.state)
    return Position(**orjson.loads(metadata["position"]))
