"""The embedded model, imported once for all tests, and a tiny one of the kind of the 32B model."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.model import embedded
from pipeline.model.blas import use_fast_blas

use_fast_blas()  # before a test module imports MLX


SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{'<|im_start|>assistant\n'}}{% endif %}"
)
ROWS = [
    [
        ("system", "You call tools."),
        ("user", f"Which files changed in part {number}?"),
        ("assistant", f"<tool_call>git_status('part{number}')</tool_call>"),
        ("user", "<tool_response>\nclean=True\n</tool_response>"),
        ("assistant", "None did."),
    ]
    for number in range(4)
]


class EmbeddedFolders(NamedTuple):
    wide: Path  # float16
    quantized: Path  # 5 bits


@pytest.fixture(scope="session")
def embedded_folders(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedFolders:
    """Both folders: those of the checkout when they are intact, else a fresh import."""
    from pipeline.model.importing import ImportSettings, import_gguf, problem_of_import

    found = EmbeddedFolders(embedded.EMBEDDED_MODEL_UNQUANTIZED, embedded.EMBEDDED_MODEL)
    if not any(problem_of_import(folder) for folder in found):
        return found
    base = tmp_path_factory.getbasetemp()
    if base.name.startswith("popen-"):
        base = base.parent  # of all workers of pytest-xdist
    settings = ImportSettings(
        source=embedded.find_embedded_gguf(),
        folder=base / "models" / embedded.NAME,
        is_embedded=True,
    )
    # The lock of the folder lets one worker of pytest-xdist import and the others wait.
    return EmbeddedFolders(*import_gguf(settings, say=lambda _: None).folders)


def write_tokenizer(folder):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    tokens = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({token: id_ for id_, token in enumerate(tokens)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        additional_special_tokens=SPECIAL,
        chat_template=CHAT_TEMPLATE,
    )
    fast.save_pretrained(folder)
    return len(tokens)


@pytest.fixture(scope="session")
def production_base(tmp_path_factory) -> Path:
    """A folder with the 4-bit Qwen2 model `base`, made as mlx-community makes them, and data."""
    import mlx.core as mx
    from mlx_lm.models import qwen2
    from mlx_lm.utils import quantize_model, save_config, save_model

    place = tmp_path_factory.mktemp("production")
    base = place / "base"
    base.mkdir()
    config = {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "intermediate_size": 128,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-6,
        "vocab_size": write_tokenizer(base),
        "max_position_embeddings": 512,
        "rope_theta": 1000000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "eos_token_id": 2,
    }
    mx.random.seed(7)
    model = qwen2.Model(qwen2.ModelArgs.from_dict(config))
    # As random numbers come, no token would be much likelier than the next.
    model.lm_head.weight *= 5
    model.set_dtype(mx.bfloat16)
    model, config = quantize_model(model, config, 64, 4)
    save_model(base, model)
    save_config(config, base / "config.json")
    rows = [{"messages": [{"role": r, "content": c} for r, c in row]} for row in ROWS]
    (place / "valid.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return place


@pytest.fixture(scope="session")
def production(production_base, make_adapter) -> Path:
    """The same folder with the adapter, what fusing made of it, and that at 5 bits."""
    from pipeline.cli import main

    make_adapter(production_base / "base", production_base / "adapter", layers=2, size=0.03)
    assert (
        main(["fuse", str(production_base / "adapter"), "-o", str(production_base / "fused")]) == 0
    )
    assert (
        main(["quantize", str(production_base / "fused"), "-o", str(production_base / "5bit")]) == 0
    )
    return production_base
