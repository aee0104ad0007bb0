"""Writing a model into a folder, tensor by tensor, so that it need not fit the memory."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from fixtures import CallgateError

from ..data.progress import progress_bar
from .folder import INDEX

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn

_COPIED = ("tokenizer*", "chat_template*", "generation_config.json", "special_tokens_map.json")
_COPIED_TOO = ("vocab.json", "merges.txt", "added_tokens.json", "*.tiktoken", "tiktoken.model")


def stored_bytes(model: "nn.Module") -> int:
    """Return how many bytes the weights take on disk; nothing is computed."""
    from mlx.utils import tree_flatten

    return sum(int(array.nbytes) for _, array in tree_flatten(model.parameters()))


def _evaluate(name: str, array: "mx.array") -> None:
    import mlx.core as mx

    mx.eval(array)
    if mx.issubdtype(array.dtype, mx.floating) and not mx.all(mx.isfinite(array)).item():
        kind = str(array.dtype).removeprefix("mlx.core.")
        raise CallgateError(
            f"{name} holds numbers that are not finite in {kind}: where the model it is made from "
            "is sound, write it in bfloat16 or float32 (--dtype)"
        )


def _write_weights(folder: Path, model: "nn.Module", advance: Callable[[int], None]) -> None:
    """Do what `mlx_lm.utils.save_model` does, holding one shard in memory and looking at it."""
    import mlx.core as mx
    from mlx.utils import tree_flatten, tree_map
    from mlx_lm.utils import get_total_parameters, make_shards

    total = {
        "total_size": stored_bytes(model),
        "total_parameters": int(get_total_parameters(model)),
    }
    shards = make_shards(dict(tree_flatten(model.parameters())))
    # Each shard's arrays are freed once they are written: the model may not hold them either.
    model.update(tree_map(lambda _: mx.array([]), model.parameters()))
    weight_map: dict[str, str] = {}
    count = len(shards)
    for number in range(1, count + 1):
        shard = shards.pop(0)
        for name, array in shard.items():
            _evaluate(name, array)
            advance(int(array.nbytes))
        place = "" if count == 1 else f"-{number:05d}-of-{count:05d}"
        file = f"model{place}.safetensors"
        mx.save_safetensors(str(folder / file), shard, metadata={"format": "mlx"})
        weight_map |= dict.fromkeys(shard, file)
    index = {"metadata": total, "weight_map": dict(sorted(weight_map.items()))}
    (folder / INDEX).write_text(json.dumps(index, indent=4), encoding="utf-8")


def write_model_folder(
    folder: Path, model: "nn.Module", config: dict[str, Any], source: Path
) -> None:
    """Write weights and config, and the tokenizer of `source`, into an existing empty folder.

    The model is empty afterwards. Raises CallgateError when a weight is not finite.
    """
    with progress_bar("writing", stored_bytes(model)) as advance:
        _write_weights(folder, model, advance)
    (folder / "config.json").write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2))
    for pattern in (*_COPIED, *_COPIED_TOO):
        for file in source.glob(pattern):
            shutil.copyfile(file, folder / file.name)
