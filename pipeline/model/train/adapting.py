"""Putting LoRA layers into a model."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fixtures import CallgateError

from ..adapter import CONFIG, Adapter, load_matrices, read_adapter
from ..folder import model_fingerprint
from .settings import TrainingSettings

if TYPE_CHECKING:
    from mlx import nn


def lora_parameters(settings: TrainingSettings) -> dict[str, Any]:
    """Return what mlx-lm calls the parameters of an adapter."""
    parameters: dict[str, Any] = {
        "rank": settings.rank,
        "scale": settings.scale,
        "dropout": settings.dropout,
    }
    return parameters | ({"keys": settings.names_of_layers} if settings.keys else {})


def _matrices(module: "nn.Module") -> set[str]:
    """Return the names of the layers whose weight is a matrix, as they are called within it."""
    return {
        name
        for name, layer in module.named_modules()
        if "weight" in layer and layer.weight.ndim > 1
    }


def adapt(model: "nn.Module", settings: TrainingSettings) -> int:
    """Put LoRA layers into the model, the rest frozen, and return how many blocks have them.

    Raises CallgateError for more blocks than there are and for names that no layer has.
    """
    import mlx.core as mx
    from mlx_lm.tuner.utils import linear_to_lora_layers

    blocks = len(model.layers)
    if settings.layers > blocks:
        raise CallgateError(f"layers is {settings.layers}: the model has {blocks} blocks")
    of_blocks = set().union(*map(_matrices, model.layers))
    known = of_blocks | _matrices(model)
    if unknown := [name for name in settings.names_of_layers if name not in known]:
        raise CallgateError(
            f"keys: no layer is called {unknown[0]!r}: blocks have {', '.join(sorted(of_blocks))}"
        )
    chosen = blocks if settings.layers == -1 else settings.layers
    mx.random.seed(settings.seed)
    model.freeze()
    linear_to_lora_layers(model, chosen, lora_parameters(settings))
    mx.eval(model.parameters())
    return chosen


def _check_start(adapter: Adapter, base: Path, settings: TrainingSettings, chosen: int) -> None:
    if adapter.fine_tune_type != "lora":
        raise CallgateError(
            f"{adapter.folder / CONFIG}: fine_tune_type: {adapter.fine_tune_type!r}: only lora is "
            "gone on from"
        )
    if adapter.base_fingerprint not in (None, model_fingerprint(base)):
        raise CallgateError(f"{adapter.folder} was trained on another base than {base}")
    found = adapter.parameters | {"layers": adapter.num_layers}
    # Dropout is how one trains, not what the matrices are.
    wanted = lora_parameters(settings) | {"layers": chosen, "dropout": found["dropout"]}
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            raise CallgateError(
                f"{adapter.folder / CONFIG}: {name} is {found.get(name)!r} and was asked to be "
                f"{wanted.get(name)!r}: the matrices of a training to go on from stay as they are"
            )


def start_from(
    model: "nn.Module", folder: Path, base: Path, settings: TrainingSettings, chosen: int
) -> None:
    """Put the matrices of an adapter in place of those of the adapted model, in float32.

    `chosen` blocks of the model have LoRA layers. Raises CallgateError for an adapter of another
    base, rank, scale or choice of layers.
    """
    import mlx.core as mx
    from mlx.utils import tree_map

    adapter = read_adapter(folder)
    _check_start(adapter, base, settings, chosen)
    load_matrices(model, adapter, base)
    model.update(tree_map(lambda array: array.astype(mx.float32), model.trainable_parameters()))
    mx.eval(model.parameters())
