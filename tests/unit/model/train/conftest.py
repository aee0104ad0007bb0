"""Tiny models with random weights and LoRA layers, of several architectures."""

from importlib import import_module

import mlx.core as mx
import pytest
from mlx_lm.tuner.utils import linear_to_lora_layers

from pipeline.model.train.rows import TrainingRow

VOCABULARY = 61
COMMON = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "intermediate_size": 48,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "vocab_size": VOCABULARY,
}
GRANITE = {
    "logits_scaling": 4.0,
    "attention_multiplier": 0.25,
    "embedding_multiplier": 2.0,
    "residual_multiplier": 0.5,
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-5,
    "attention_bias": False,
    "mlp_bias": False,
    "rope_theta": 10000.0,
}
OWN = {
    "llama": {"rms_norm_eps": 1e-5, "tie_word_embeddings": True},
    "llama with a head": {"rms_norm_eps": 1e-5, "tie_word_embeddings": False},
    "qwen2": {"rms_norm_eps": 1e-5, "tie_word_embeddings": True},
    "cohere": {"logit_scale": 0.25},
    "granite": GRANITE,
}


def make_plain(kind: str = "llama", seed: int = 7):
    name = kind.split()[0]
    module = import_module(f"mlx_lm.models.{name}")
    settings = {"model_type": name, **COMMON, **OWN[kind]}
    mx.random.seed(seed)
    return module.Model(module.ModelArgs.from_dict(settings))


@pytest.fixture
def plain():
    """Make a model without an adapter."""
    return make_plain


@pytest.fixture
def adapted():
    """Make a model with an adapter whose second matrices are not zero, as after some steps."""

    def make(kind: str = "llama", rank: int = 4, seed: int = 7):
        model = make_plain(kind, seed)
        model.freeze()
        linear_to_lora_layers(model, 2, {"rank": rank, "scale": 2.0, "dropout": 0.0})
        model.apply_to_modules(
            lambda _, layer: (
                setattr(layer, "lora_b", mx.random.normal(layer.lora_b.shape) * 0.1)
                if hasattr(layer, "lora_b")
                else None
            )
        )
        mx.eval(model.parameters())
        return model

    return make


def random_row(length: int, *turns: tuple[int, int], seed: int = 0) -> TrainingRow:
    """A row of random tokens; each turn is the first and the last place that it counts."""
    tokens = mx.random.randint(1, VOCABULARY, (length,), key=mx.random.key(seed)).tolist()
    counted = [place for first, last in turns for place in range(first, last + 1)]
    return TrainingRow(tuple(tokens), tuple(counted))
