"""Quantizing a model folder into another one."""

import contextlib
import io
import shutil
from pathlib import Path
from typing import NamedTuple

import orjson

from fixtures import CallgateError

from .folder import check_model_folder
from .loading import quiet_imports

BITS = (2, 3, 4, 5, 6, 8)
GROUP_SIZES = (32, 64, 128)

_COPIED = ("tokenizer*", "chat_template*", "generation_config.json", "special_tokens_map.json")
_COPIED_TOO = ("vocab.json", "merges.txt", "added_tokens.json", "*.tiktoken", "tiktoken.model")


class Quantization(NamedTuple):
    """What quantizing a folder came to."""

    bits_per_weight: float
    skipped: tuple[str, ...]  # layers that stayed wide: their width is no multiple of the group


def check_settings(bits: int, group_size: int) -> None:
    """Raise CallgateError unless MLX can quantize so."""
    if bits not in BITS or group_size not in GROUP_SIZES:
        raise CallgateError(
            f"cannot quantize to {bits} bits in groups of {group_size}: bits are one of "
            f"{', '.join(map(str, BITS))} and groups one of {', '.join(map(str, GROUP_SIZES))}"
        )


def quantize_folder(source: Path, target: Path, bits: int, group_size: int) -> Quantization:
    """Write the model of `source` quantized into the existing empty folder `target`.

    Raises CallgateError when the source is not whole, is quantized already, or no layer's width
    is a multiple of the group.
    """
    check_settings(bits, group_size)
    config = check_model_folder(source)
    if "quantization" in config:
        raise CallgateError(f"{source} is quantized already: give the folder it was made from")
    with quiet_imports():
        import mlx.nn as nn
        from mlx_lm.utils import compute_bits_per_weight, load_model, quantize_model, save_model

    model, config = load_model(source)
    could = {name for name, layer in model.named_modules() if hasattr(layer, "to_quantized")}
    with contextlib.redirect_stdout(io.StringIO()):  # mlx-lm prints what we return
        model, config = quantize_model(model, config, group_size, bits)
    quantized = (nn.QuantizedLinear, nn.QuantizedEmbedding)
    done = {name for name, layer in model.named_modules() if isinstance(layer, quantized)}
    if not done:
        raise CallgateError(
            f"no layer of {source} has a width that is a multiple of {group_size}: "
            "choose a smaller --group-size"
        )
    save_model(target, model)
    (target / "config.json").write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2))
    for pattern in (*_COPIED, *_COPIED_TOO):
        for file in source.glob(pattern):
            shutil.copyfile(file, target / file.name)
    return Quantization(float(compute_bits_per_weight(model)), tuple(sorted(could - done)))
