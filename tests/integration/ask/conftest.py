"""A llama of random weights and a tokenizer of bytes, both made here: real, and quick to ask."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals.ask import Question
from evals.ask.decode import one_blas_thread
from pipeline.model.loading import LoadedModel, ModelDescription, quiet_imports

TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ("<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
END = 256


def _tokenizer(stop_tokens):
    with quiet_imports():
        from mlx_lm.tokenizer_utils import TokenizerWrapper
        from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
        from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: number for number, character in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])
    whole = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")
    whole.chat_template = TEMPLATE
    return TokenizerWrapper(whole, eos_token_ids=stop_tokens)


def _model(**more):
    with quiet_imports():
        import mlx.core as mx
        from mlx_lm.models import llama

    mx.random.seed(11)
    arguments = llama.ModelArgs(
        model_type="llama",
        hidden_size=64,
        num_hidden_layers=3,
        intermediate_size=96,
        num_attention_heads=4,
        num_key_value_heads=2,
        rms_norm_eps=1e-5,
        vocab_size=260,
        tie_word_embeddings=False,
        **more,
    )
    model = llama.Model(arguments)
    # Larger weights than those of a fresh layer make the next token depend on the prompt.
    model.apply(lambda weight: weight * 4 if weight.ndim == 2 else weight)
    mx.eval(model.parameters())
    return model


@pytest.fixture(scope="session")
def load_tiny():
    """Return the tiny model with other stop tokens, another context length or a window."""
    layers = ["sliding_attention", "full_attention", "sliding_attention"]
    models = {None: _model(), 32: _model(sliding_window=32, layer_types=layers)}
    description = ModelDescription(
        folder=Path("tiny"),
        fingerprint="f" * 64,
        model_type="llama",
        bits=None,
        group_size=None,
        dtype="float32",
        device="cpu",
        context_length=512,
        parameters=0,
    )

    def load(stop_tokens=(END,), context_length=512, window=None):
        described = replace(description, context_length=context_length)
        return LoadedModel(models[window], _tokenizer(list(stop_tokens)), described)

    return load


@pytest.fixture(scope="session")
def tiny(load_tiny):
    return load_tiny()


@pytest.fixture(scope="session")
def alone():
    """Continue one prompt the plain way, with mlx-lm's own loop."""

    def generate(loaded, prompt, max_tokens):
        with quiet_imports():
            from mlx_lm import stream_generate

        tokenizer = loaded.tokenizer
        with one_blas_thread():
            found = stream_generate(loaded.model, tokenizer, list(prompt), max_tokens=max_tokens)
            token_ids = [response.token for response in found]
        return tuple(token_ids[:-1] if token_ids[-1] in tokenizer.eos_token_ids else token_ids)

    return generate


@pytest.fixture(scope="session")
def questions():
    """Fourteen questions of different lengths behind one system prompt."""
    text = "clean the tree and list every import that nobody needs in src/harbour/plan.py today"
    words = text.split()
    system = {"role": "system", "content": "You call tools."}
    return [
        Question(
            f"case_{number}",
            1,
            (system, {"role": "user", "content": " ".join(words[: number + 1])}),
        )
        for number in range(14)
    ]
