"""Writing the folder of a finished adapter, as mlx-lm reads it and with what it was made from."""

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from ..adapter import CONFIG, WEIGHTS
from ..folders import atomic_folder, locked_parent
from . import losses, manifest, plot
from .adapting import lora_parameters
from .settings import TrainingPaths, TrainingSettings

if TYPE_CHECKING:
    from mlx import nn


def publish(
    paths: TrainingPaths,
    settings: TrainingSettings,
    model: "nn.Module",
    reports: Sequence[losses.Report],
    made_from: manifest.AdapterManifest,
) -> None:
    """Write the adapter's folder whole, in place of an older one, and clear the unfinished one."""
    import mlx.core as mx
    from mlx.utils import tree_flatten

    config = {
        "fine_tune_type": "lora",
        "model": str(paths.model),
        "num_layers": settings.layers,
        "lora_parameters": lora_parameters(settings),
        **{name: value for name, value in settings.as_dict().items() if name != "layers"},
    }
    arrays: dict[str, mx.array] = dict(tree_flatten(model.trainable_parameters()))
    with locked_parent(paths.adapter.parent), atomic_folder(paths.adapter) as folder:
        mx.save_safetensors(str(folder / WEIGHTS), arrays)
        (folder / CONFIG).write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2))
        text = made_from.model_dump_json(indent=2)
        (folder / manifest.NAME).write_text(text + "\n", encoding="utf-8")
        losses.write_losses(folder, reports)
        plot.write_plot(folder / plot.NAME, reports, f"{paths.adapter.name} from {made_from.base}")
    shutil.rmtree(paths.unfinished)
