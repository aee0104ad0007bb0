"""Putting LoRA layers into a model."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fixtures import CallgateError

from ..adapter import CONFIG, Adapter, apply_adapter, read_adapter
from ..folder import model_fingerprint
from .settings import TrainingPaths, TrainingSettings

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


def _check_layers(model: Any, settings: TrainingSettings) -> int:  # noqa: ANN401 - mlx-lm's
    """Return how many blocks are to be adapted; raises CallgateError."""
    blocks = len(model.layers)
    if settings.layers > blocks:
        raise CallgateError(f"layers is {settings.layers}: the model has {blocks} blocks")
    of_blocks = set().union(*map(_matrices, model.layers))
    known = of_blocks | _matrices(model)
    if unknown := [name for name in settings.names_of_layers if name not in known]:
        raise CallgateError(
            f"keys: no layer is called {unknown[0]!r}: blocks have {', '.join(sorted(of_blocks))}"
        )
    return blocks if settings.layers == -1 else settings.layers


def adapt(model: "nn.Module", settings: TrainingSettings) -> int:
    """Put LoRA layers into the model, the rest frozen, and return how many blocks have them.

    Raises CallgateError for more blocks than there are and for names that no layer has.
    """
    import mlx.core as mx
    from mlx_lm.tuner.utils import linear_to_lora_layers

    chosen = _check_layers(model, settings)
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


def adapt_from(model: "nn.Module", paths: TrainingPaths, settings: TrainingSettings) -> int:
    """Do as `adapt` does, with the matrices of the adapter to start from where there is one.

    They become float32, whatever they are stored in. Raises CallgateError besides for an adapter
    of another base, rank, scale or choice of layers.
    """
    if paths.start is None:
        return adapt(model, settings)
    import mlx.core as mx
    from mlx.utils import tree_map

    adapter = read_adapter(paths.start)
    chosen = _check_layers(model, settings)
    _check_start(adapter, paths.model, settings, chosen)
    mx.random.seed(settings.seed)
    model.freeze()
    in_training = replace(adapter, parameters=lora_parameters(settings))
    apply_adapter(model, in_training, paths.model)
    model.update(tree_map(lambda array: array.astype(mx.float32), model.trainable_parameters()))
    mx.eval(model.parameters())
    return chosen
