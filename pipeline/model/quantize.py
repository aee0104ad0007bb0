"""Quantizing a model folder into another one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fixtures import CallgateError

from ..data.progress import progress_bar
from .folder import check_model_folder
from .folders import check_space
from .loading import load_lazily, load_model
from .recipe import Calibration, Layer, Recipe, Setting, matches, setting_of
from .sample import rows_for, spread
from .writing import stored_bytes, write_model_folder

if TYPE_CHECKING:
    from mlx import nn


class Quantization(NamedTuple):
    """What quantizing a folder came to."""

    bits_per_weight: float
    skipped: tuple[str, ...]  # layers that stayed wide: their width is no multiple of the group
    settings: dict[str, Setting]  # of every layer that was quantized
    size: int  # bytes of weights


def _layers_of(model: "nn.Module") -> "dict[Layer, nn.Module]":
    from mlx import nn

    modules = dict(model.named_modules())
    is_tied = not any(name.endswith("lm_head") for name in modules)

    def layer(name: str, module: Any) -> Layer:  # noqa: ANN401 - any module with a weight
        is_embedding = isinstance(module, nn.Embedding)
        return Layer(name, module.weight.shape[-1], is_embedding, is_embedding and is_tied)

    return {layer(*item): item[1] for item in modules.items() if hasattr(item[1], "to_quantized")}


def _settings_of(model: "nn.Module", recipe: Recipe, source: Path) -> dict[str, Setting | None]:
    """Return how each layer is quantized, in the model's order; None for those that stay wide."""
    layers = _layers_of(model)
    blocks = len(model.layers)
    for rule in recipe.rules:
        if not any(matches(rule.which, layer, blocks) for layer in layers):
            known = sorted({layer.path.rsplit(".", 1)[-1] for layer in layers})
            raise CallgateError(
                f"{rule} is for no layer of {source}: layers are called {', '.join(known)}"
            )
    # Routers of mixtures of experts must not lose what the model's authors kept.
    own = getattr(model, "quant_predicate", None)
    settings: dict[str, Setting | None] = {}
    for layer, module in layers.items():
        setting = setting_of(recipe, layer, blocks)
        if own is not None and not any(matches(r.which, layer, blocks) for r in recipe.rules):
            choice = own(layer.path, module)
            if isinstance(choice, dict):
                setting = Setting(choice["bits"], choice["group_size"])
            elif not choice:
                setting = None
        if setting is not None and layer.width % setting.group_size:
            setting = None
        settings[layer.path] = setting
    return settings


def _config_of(
    config: dict[str, Any], recipe: Recipe, settings: dict[str, Setting]
) -> dict[str, Any]:
    quantization: dict[str, Any] = {
        "group_size": recipe.group_size,
        "bits": recipe.bits,
        "mode": "affine",
    }
    for path, setting in settings.items():
        if setting != (recipe.bits, recipe.group_size):
            quantization[path] = {
                "group_size": setting.group_size,
                "bits": setting.bits,
                "mode": "affine",
            }
    # Twice, as mlx-lm writes it: model hubs read the second.
    return config | {"quantization": quantization, "quantization_config": quantization}


def _calibrate(
    model: "nn.Module",
    stored: "dict[str, nn.Module]",
    settings: dict[str, Setting],
    source: Path,
    calibration: Calibration,
) -> None:
    """Change what was rounded to the nearest value, so that answers to rows change least."""
    loaded = load_model(source)
    chosen = spread(rows_for(loaded, calibration.data), calibration.rows)
    rows = [row.tokens for row in chosen]
    if calibration.method == "awq":
        from .awq import scale_and_clip

        scale_and_clip(loaded, model, settings, rows)
    elif calibration.method == "dwq":
        from .dwq import learn_scales

        learn_scales(loaded, model, rows)
    else:
        from mlx.utils import tree_unflatten

        from .gptq import gptq_layers

        total = sum(int(stored[path].weight.size) for path in settings)
        with progress_bar("rounding", total) as advance:
            made = gptq_layers(loaded.model, stored, settings, rows, advance)
        model.update_modules(tree_unflatten(list(made.items())))


def quantize_folder(
    source: Path, target: Path, recipe: Recipe, calibration: Calibration | None = None
) -> Quantization:
    """Write the model of `source` quantized into the existing empty folder `target`.

    Weights are rounded to the nearest value; with `calibration` so that answers change least.
    Raises CallgateError when the source is not whole, is quantized already, or no layer's width
    is a multiple of the group, and when the disk is too small.
    """
    recipe.check()
    config = check_model_folder(source)
    if "quantization" in config:
        raise CallgateError(f"{source} is quantized already: give the folder it was made from")
    model = load_lazily(source)
    from mlx import nn
    from mlx_lm.utils import compute_bits_per_weight

    wanted = _settings_of(model, recipe, source)
    settings = {path: setting for path, setting in wanted.items() if setting is not None}
    if not settings:
        raise CallgateError(
            f"no layer of {source} has a width that is a multiple of {recipe.group_size}: "
            "choose a smaller --group-size"
        )

    def chosen(path: str, _module: "nn.Module") -> dict[str, int] | bool:
        return settings[path]._asdict() if path in settings else False

    stored = dict(model.named_modules())
    nn.quantize(model, recipe.group_size, recipe.bits, class_predicate=chosen)
    size = stored_bytes(model)
    check_space(target.parent, size, "the quantized model")
    if calibration is not None:
        _calibrate(model, stored, settings, source, calibration)
    bits_per_weight = float(compute_bits_per_weight(model))
    write_model_folder(target, model, _config_of(config, recipe, settings), source)
    skipped = tuple(sorted(path for path, setting in wanted.items() if setting is None))
    return Quantization(bits_per_weight, skipped, settings, size)
