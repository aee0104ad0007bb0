"""Putting LoRA layers into a model."""

from typing import TYPE_CHECKING, Any

from fixtures import CallgateError

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
