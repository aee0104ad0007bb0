"""Tiny llama models with random weights, written by the reference `gguf` package."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import gguf
import numpy as np
import pytest
from gguf import GGMLQuantizationType as Packed
from tokenizers.pre_tokenizers import ByteLevel

from pipeline.model.blas import use_fast_blas

use_fast_blas()  # before a test module imports MLX

HIDDEN, INNER, LAYERS, HEADS, KEY_HEADS = 64, 128, 2, 4, 2
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TOKENS = [*SPECIAL, *sorted(ByteLevel.alphabet()), "Ġt", "he", "Ġthe"]
MERGES = ["Ġ t", "h e", "Ġt he"]
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{'<|im_start|>assistant\n'}}{% endif %}"
)


class TinyGguf(NamedTuple):
    """A GGUF file and the weights in it under mlx-lm's names, as float32 arrays."""

    path: Path
    weights: dict[str, np.ndarray]


def as_llama_cpp_orders_it(weight: np.ndarray, heads: int) -> np.ndarray:
    """The permutation of q and k in llama.cpp's convert_hf_to_gguf.py."""
    halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def random_weights(*, tied: bool) -> dict[str, np.ndarray]:
    numbers = np.random.default_rng(7)

    def matrix(*shape: int) -> np.ndarray:
        return numbers.standard_normal(shape).astype(np.float32) * 0.2

    keys = HIDDEN // HEADS * KEY_HEADS
    weights = {
        "model.embed_tokens.weight": matrix(len(TOKENS), HIDDEN),
        "model.norm.weight": 1 + matrix(HIDDEN),
    }
    if not tied:
        weights["lm_head.weight"] = matrix(len(TOKENS), HIDDEN)
    for number in range(LAYERS):
        layer = {
            "input_layernorm": 1 + matrix(HIDDEN),
            "post_attention_layernorm": 1 + matrix(HIDDEN),
            "self_attn.q_proj": matrix(HIDDEN, HIDDEN),
            "self_attn.k_proj": matrix(keys, HIDDEN),
            "self_attn.v_proj": matrix(keys, HIDDEN),
            "self_attn.o_proj": matrix(HIDDEN, HIDDEN),
            "mlp.gate_proj": matrix(INNER, HIDDEN),
            "mlp.up_proj": matrix(INNER, HIDDEN),
            "mlp.down_proj": matrix(HIDDEN, INNER),
        }
        weights |= {f"model.layers.{number}.{name}.weight": w for name, w in layer.items()}
    return weights


GGUF_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "model.layers": "blk",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(name: str) -> str:
    for mlx, llama_cpp in GGUF_NAMES.items():
        name = name.replace(mlx, llama_cpp)
    return name


def write_tiny_gguf(
    path: Path,
    packed: Packed = Packed.F32,
    *,
    tied: bool = True,
    architecture: str = "llama",
    pre_tokenizer: str = "smollm",
    chat_template: str | None = CHAT_TEMPLATE,
    without: str | None = None,
    extra: str | None = None,
    not_a_number: str | None = None,
) -> TinyGguf:
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_context_length(256)
    writer.add_rope_freq_base(10000.0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre_tokenizer)
    writer.add_token_list(TOKENS)
    writer.add_token_types([3] * len(SPECIAL) + [1] * (len(TOKENS) - len(SPECIAL)))
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    if chat_template is not None:
        writer.add_chat_template(chat_template)
    weights = random_weights(tied=tied)
    if not_a_number is not None:
        weights[not_a_number][:] = np.nan
    for name, weight in weights.items():
        stored = weight
        if ".q_proj" in name:
            stored = as_llama_cpp_orders_it(weight, HEADS)
        elif ".k_proj" in name:
            stored = as_llama_cpp_orders_it(weight, KEY_HEADS)
        kind = packed if weight.ndim == 2 else Packed.F32
        content = gguf.quants.quantize(stored, kind)
        weights[name] = gguf.quants.dequantize(gguf.quants.quantize(weight, kind), kind)
        if gguf_name(name) != without:
            writer.add_tensor(gguf_name(name), content, raw_dtype=kind)
    if extra is not None:
        writer.add_tensor(extra, np.ones(HIDDEN, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return TinyGguf(path, weights)


@pytest.fixture
def tiny_gguf(tmp_path: Path) -> Callable[..., TinyGguf]:
    """Writes `tiny.gguf` under the test's folder."""

    def write(packed: Packed = Packed.F32, **settings: Any) -> TinyGguf:
        return write_tiny_gguf(tmp_path / "tiny.gguf", packed, **settings)

    return write


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny imported model; tests that change it work on a copy."""
    from pipeline.model.importing import ImportSettings, import_gguf

    folder = tmp_path_factory.mktemp("tiny")
    source = write_tiny_gguf(folder / "tiny.gguf").path
    import_gguf(ImportSettings(source, folder / "models" / "tiny"), say=lambda _: None)
    return folder / "models" / "tiny"


@pytest.fixture
def model_copy(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may damage."""
    import shutil

    return Path(shutil.copytree(tiny_model, tmp_path / "model"))
