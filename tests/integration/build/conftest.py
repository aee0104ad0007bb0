"""A tiny 4-bit Qwen2 that speaks bytes, of the kind of the 32B model, and builds of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.build.record import BuildRecord
from pipeline.cli import main

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{'<|im_start|>assistant\n'}}{% endif %}"
)
CALL = (
    "<tool_call><function=execute_code>\n<parameter=code>\nprint(git_status('part{}').clean)\n"
    "</parameter>\n</function></tool_call>"
)


def write_tokenizer(folder: Path) -> int:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    tokens = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({token: id_ for id_, token in enumerate(tokens)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        additional_special_tokens=SPECIAL,
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(folder)
    return len(tokens)


def write_rows(file: Path, numbers: range, preamble: str = "") -> None:
    rows = [
        {
            "messages": [
                {"role": "system", "content": "You call tools."},
                {"role": "user", "content": f"Is part {number} of the orchard untouched?"},
                {"role": "assistant", "content": preamble + CALL.format(number)},
            ]
        }
        for number in numbers
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="session")
def place(tmp_path_factory) -> Path:
    """A folder with the model `base` and the data `data`, whose rows talk before they call."""
    import mlx.core as mx
    from mlx_lm.models import qwen2
    from mlx_lm.utils import quantize_model, save_config, save_model

    place = tmp_path_factory.mktemp("build")
    base = place / "base"
    base.mkdir()
    config = {
        "model_type": "qwen2",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "intermediate_size": 128,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-6,
        "vocab_size": write_tokenizer(base),
        "max_position_embeddings": 4096,
        "rope_theta": 1000000.0,
        "tie_word_embeddings": False,
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
    (place / "data").mkdir()
    write_rows(place / "data" / "train.jsonl", range(6), "Let me look. ")
    write_rows(place / "data" / "valid.jsonl", range(6, 8))
    return place


PROFILE = """
base = "{place}/base"
data = "{place}/data"
keep = {keep}
[train]
iterations = {iterations}
learning_rate = 0.01
report_every = 2
save_every = 2
evaluate_every = 100
[clean]
fixers = {fixers}
[quantize]
bits = {bits}
[fidelity]
rows = 2
[evaluate]
max_tokens = 2
"""


class Builds(NamedTuple):
    """Writes profiles and builds them in one folder."""

    place: Path
    folder: Path

    def profile(self, **changes: object) -> Path:
        wanted = {"keep": [], "iterations": 4, "bits": 5, "fixers": ["preambles"]} | changes
        file = self.folder.parent / "mine.toml"
        file.write_text(PROFILE.format(place=self.place, **wanted), encoding="utf-8")
        return file

    def words(self, *arguments: str, **changes: object) -> list[str]:
        words = ["build", "--profile", self.profile(**changes), "-o", self.folder]
        words += ["--reports", self.folder.parent / "reports", *arguments]
        return list(map(str, words))

    def run(self, *arguments: str, **changes: object) -> int:
        return main(self.words(*arguments, **changes))

    @property
    def record(self) -> BuildRecord:
        return BuildRecord.model_validate_json((self.folder / "build.json").read_bytes())


@pytest.fixture
def builds(place, tmp_path) -> Builds:
    return Builds(place, tmp_path / "mine")


@pytest.fixture
def plan_of(builds, capfd) -> Callable[..., dict[str, str]]:
    """What a dry run says of each stage."""

    def plan(*arguments: str, **changes: object) -> dict[str, str]:
        capfd.readouterr()
        assert builds.run("--dry-run", *arguments, **changes) == 0
        lines = capfd.readouterr().out.splitlines()
        return {line.split()[0]: line.split(maxsplit=1)[1] for line in lines}

    return plan
