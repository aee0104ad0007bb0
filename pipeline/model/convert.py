"""From a llama GGUF file to the config and weights of an mlx-lm model folder."""

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson

from fixtures import CallgateError

from .blas import use_fast_blas
from .gguf import GgufHead

if TYPE_CHECKING:
    import mlx.core as mx

_LAYER = re.compile(r"blk\.(\d+)\.(\w+)\.weight")
_IN_LAYER = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_down": "mlp.down_proj",
    "ffn_up": "mlp.up_proj",
}
_OUTSIDE = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}


def config_of(head: GgufHead) -> dict[str, Any]:
    """Return the config.json of a llama GGUF.

    Raises CallgateError for another architecture, missing metadata, or position scaling that the
    metadata does not spell out.
    """
    metadata = head.metadata
    architecture = metadata.get("general.architecture")
    if architecture != "llama":
        raise CallgateError(
            f"{head.path} is of the architecture {architecture!r}; callgate imports 'llama': "
            "convert this model with `python -m mlx_lm convert` instead"
        )
    names = {tensor.name for tensor in head.tensors}
    scaling = metadata.get("llama.rope.scaling.type", "none")
    if "rope_freqs.weight" in names or scaling not in ("none", "linear"):
        raise CallgateError(
            f"{head.path} scales its positions in a way that a GGUF file does not describe: "
            "convert the original model with `python -m mlx_lm convert` instead"
        )
    try:
        hidden: int = metadata["llama.embedding_length"]
        heads: int = metadata["llama.attention.head_count"]
        config: dict[str, Any] = {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": hidden,
            "num_hidden_layers": metadata["llama.block_count"],
            "intermediate_size": metadata["llama.feed_forward_length"],
            "num_attention_heads": heads,
            "num_key_value_heads": metadata.get("llama.attention.head_count_kv", heads),
            "head_dim": metadata.get("llama.attention.key_length", hidden // heads),
            "rms_norm_eps": float(f"{metadata['llama.attention.layer_norm_rms_epsilon']:.6g}"),
            "vocab_size": len(metadata["tokenizer.ggml.tokens"]),
            "max_position_embeddings": metadata["llama.context_length"],
            "rope_theta": float(metadata.get("llama.rope.freq_base", 10000.0)),
            "tie_word_embeddings": "output.weight" not in names,
            "torch_dtype": "float16",
        }
    except KeyError as missing:
        raise CallgateError(f"{head.path} lacks the metadata {missing}") from None
    if scaling == "linear":
        factor = float(metadata.get("llama.rope.scaling.factor", 1.0))
        config["rope_scaling"] = {"type": "linear", "factor": factor}
    for role in ("bos", "eos"):
        number = metadata.get(f"tokenizer.ggml.{role}_token_id")
        if number is not None:
            config[f"{role}_token_id"] = number
    return config


def mlx_name(head: GgufHead, name: str) -> str:
    """Return what mlx-lm calls a tensor; raises CallgateError for one that llama does not have."""
    if name in _OUTSIDE:
        return _OUTSIDE[name]
    found = _LAYER.fullmatch(name)
    if found is None or found[2] not in _IN_LAYER:
        raise CallgateError(
            f"{head.path} has the tensor {name}, which a plain llama model does not: "
            "convert the original model with `python -m mlx_lm convert` instead"
        )
    return f"model.layers.{found[1]}.{_IN_LAYER[found[2]]}.weight"


def _expected_shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    queries = config["num_attention_heads"] * config["head_dim"]
    keys = config["num_key_value_heads"] * config["head_dim"]
    layer: dict[str, tuple[int, ...]] = {
        "attn_norm": (hidden,),
        "ffn_norm": (hidden,),
        "attn_q": (queries, hidden),
        "attn_k": (keys, hidden),
        "attn_v": (keys, hidden),
        "attn_output": (hidden, queries),
        "ffn_gate": (inner, hidden),
        "ffn_down": (hidden, inner),
        "ffn_up": (inner, hidden),
    }
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (config["vocab_size"], hidden),
        "output_norm.weight": (hidden,),
    }
    if not config["tie_word_embeddings"]:
        shapes["output.weight"] = (config["vocab_size"], hidden)
    for number in range(config["num_hidden_layers"]):
        shapes |= {f"blk.{number}.{name}.weight": shape for name, shape in layer.items()}
    return shapes


def check_tensors(head: GgufHead, config: dict[str, Any]) -> None:
    """Raise CallgateError unless the tensors are the ones that the config asks for."""
    shapes = _expected_shapes(config)
    found = {tensor.name: tuple(reversed(tensor.shape)) for tensor in head.tensors}
    for name in found:
        mlx_name(head, name)
    for name, shape in shapes.items():
        if name not in found:
            raise CallgateError(f"{head.path} lacks the tensor {name}: download the file again")
        if found[name] != shape:
            raise CallgateError(
                f"{head.path}: tensor {name} has shape {found[name]}, not {shape} as its metadata "
                "says: download the file again"
            )


def _dequantized(arrays: "dict[str, mx.array]", name: str) -> "mx.array":
    import mlx.core as mx

    weight = arrays[name]
    stem = name.removesuffix(".weight")
    scales = arrays.get(f"{stem}.scales")
    if scales is None:
        return weight.astype(mx.float32)
    columns = scales.shape[-1] * 32
    bits = weight.shape[-1] * 32 // columns
    widened = (scales.astype(mx.float32), arrays[f"{stem}.biases"].astype(mx.float32))
    return mx.dequantize(weight, *widened, group_size=32, bits=bits)


def _unpermuted(weight: "mx.array", heads: int) -> "mx.array":
    """Undo llama.cpp's order of the rows of q and k: shape (heads * head_dim, hidden) stays."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, rows // heads // 2, 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def _load_arrays(path: Path, scratch: Path) -> "dict[str, mx.array]":
    import mlx.core as mx

    def load(file: Path) -> "dict[str, mx.array]":
        return cast("dict[str, mx.array]", mx.load(str(file), format="gguf"))

    if os.access(path, os.W_OK):
        return load(path)
    # MLX opens the file for writing too, which a read-only one refuses.
    copy = scratch / "copy.gguf"
    try:
        shutil.copyfile(path, copy)
        arrays = load(copy)
        mx.eval(arrays)
    finally:
        copy.unlink(missing_ok=True)
    return arrays


def read_weights(head: GgufHead, config: dict[str, Any], scratch: Path) -> "dict[str, mx.array]":
    """Return the weights under mlx-lm's names as float16 arrays; raises CallgateError.

    `scratch` is a folder for a copy of a GGUF file that is read-only.

    Float16 is half the folder and a ninth of the 5-bit one (its scales), and the GGUF packs with
    float16 scales itself. Measured on the embedded model against float32: no greedy token of a
    100-token chat changes, log-probabilities differ by 0.04 at most.
    """
    use_fast_blas()
    import mlx.core as mx

    try:
        arrays = _load_arrays(head.path, scratch)
    except (RuntimeError, ValueError) as problem:
        raise CallgateError(f"{head.path} cannot be read ({problem})") from problem
    weights = {}
    for tensor in head.tensors:
        weight = _dequantized(arrays, tensor.name)
        if tensor.name.endswith(".attn_q.weight"):
            weight = _unpermuted(weight, config["num_attention_heads"])
        elif tensor.name.endswith(".attn_k.weight"):
            weight = _unpermuted(weight, config["num_key_value_heads"])
        weights[mlx_name(head, tensor.name)] = weight.astype(mx.float16)
    mx.eval(weights)
    return weights


def write_model(folder: Path, config: dict[str, Any], weights: "dict[str, mx.array]") -> None:
    """Write config.json and model.safetensors into an existing folder."""
    import mlx.core as mx

    (folder / "config.json").write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2))
    ordered = dict(sorted(weights.items()))
    mx.save_safetensors(str(folder / "model.safetensors"), ordered, metadata={"format": "mlx"})
