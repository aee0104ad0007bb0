"""Checkpoints: everything that a training needs to go on, in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import orjson

from fixtures import CallgateError

from ...files import atomic_writer
from ..folder import check_safetensors
from .losses import diverged

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn
    from mlx.optimizers import Optimizer

NAME = "checkpoint.safetensors"


class Position(NamedTuple):
    """Where a checkpoint stands."""

    iteration: int  # how many are done; the next batch follows from it
    seconds: float  # of computing before it


def save_checkpoint(
    folder: Path, model: "nn.Module", optimizer: "Optimizer", position: Position
) -> None:
    """Replace the folder's checkpoint by one of now: adapter, optimizer, random state, position.

    The file is the old one or the new one, never a part of one. Raises CallgateError, and leaves
    the old one, when a weight is no number.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten

    finite = [mx.isfinite(array).all() for _, array in tree_flatten(model.trainable_parameters())]
    if not mx.all(mx.stack(finite)).item():
        raise diverged("a weight is no number", position.iteration)
    arrays: dict[str, mx.array] = {}
    for name, tree in (
        ("adapter", model.trainable_parameters()),
        ("optimizer", optimizer.state),
        ("random", {"state": cast("list[mx.array]", mx.random.state)[0]}),
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
    cure = f"delete {folder} to train from the beginning"
    check_safetensors(file, cure)
    parts: dict[str, dict[str, mx.array]] = {"adapter": {}, "optimizer": {}, "random": {}}
    try:
        arrays, metadata = cast(
            "tuple[dict[str, mx.array], dict[str, str]]", mx.load(str(file), return_metadata=True)
        )
        for key, array in arrays.items():
            part, _, name = key.partition(".")
            parts[part][name] = array
        position = Position(**orjson.loads(metadata["position"]))
        random_state = parts["random"]["state"]
    except (RuntimeError, ValueError, KeyError, TypeError) as problem:
        raise CallgateError(f"{file} is no checkpoint ({problem}): {cure}") from None
    wanted = {name: array.shape for name, array in tree_flatten(model.trainable_parameters())}
    found = {name: array.shape for name, array in parts["adapter"].items()}
    if wanted != found:
        raise CallgateError(f"{file} is of another adapter: {cure}")
    model.load_weights(list(parts["adapter"].items()), strict=False)
    optimizer.init(model.trainable_parameters())
    optimizer.state = tree_unflatten(list(parts["optimizer"].items()))
    # The state can be read but not set; a seed of 64 bits is the state's two halves.
    high, low = cast("list[int]", random_state.tolist())
    mx.random.seed(high << 32 | low)
    mx.eval(model.trainable_parameters(), optimizer.state)
    return position


def iteration_of(folder: Path) -> int:
    """Return how many iterations the folder's checkpoint has behind it, 0 without a whole one."""
    try:
        with (folder / NAME).open("rb") as file:
            header = orjson.loads(file.read(int.from_bytes(file.read(8), "little")))
        return int(orjson.loads(header["__metadata__"]["position"])["iteration"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
