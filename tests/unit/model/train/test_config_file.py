from pathlib import Path

import pytest

from fixtures import CallgateError
from pipeline.model.train.config_file import read_config
from pipeline.model.train.settings import settings_from

EVERYTHING = """
model: models/base
train: true
fine_tune_type: lora
optimizer: adamw
optimizer_config:
  adamw: {weight_decay: 0.1, betas: [0.9, 0.95]}
  sgd: {momentum: 0.5}
data: data/rows
seed: 7
num_layers: -1
batch_size: 2
iters: 300
val_batches: 5
learning_rate: 1e-5
steps_per_report: 20
steps_per_eval: 60
resume_adapter_file: null
adapter_path: adapters/one
save_every: 40
test: false
test_batches: 100
max_seq_length: 1024
grad_checkpoint: true
grad_accumulation_steps: 4
lora_parameters:
  keys: ["self_attn.q_proj", "mlp.up_proj"]
  rank: 16
  scale: 10.0
  dropout: 0.05
mask_prompt: true
report_to: null
clear_cache_threshold: 0
lr_schedule:
  name: cosine_decay
  warmup: 30
  warmup_init: 1e-7
  arguments: [2e-4, 200, 2e-5]
clip: 0.5
"""


@pytest.fixture
def read(tmp_path):
    def config(text):
        file = tmp_path / "lora.yaml"
        file.write_text(text, encoding="utf-8")
        return read_config(file)

    return config


def test_every_key_that_means_the_same_is_taken(read):
    config = read(EVERYTHING)
    assert {key: str(path) for key, path in config.paths.items()} == {
        "model": "models/base",
        "data": "data/rows",
        "adapter_path": "adapters/one",
    }
    assert settings_from(config.settings).as_dict() == {
        "iterations": 300,
        "batch_size": 2,
        "learning_rate": 2e-4,
        "schedule": "cosine",
        "decay": 200,
        "warmup": 30,
        "final_rate": 0.1,
        "optimizer": "adamw",
        "optimizer_options": '{"betas": [0.9, 0.95], "weight_decay": 0.1}',
        "clip": 0.5,
        "rank": 16,
        "scale": 10.0,
        "dropout": 0.05,
        "layers": -1,
        "keys": "self_attn.q_proj,mlp.up_proj",
        "window": 1024,
        "accumulate": 4,
        "checkpointing": True,
        "seed": 7,
        "report_every": 20,
        "evaluate_every": 60,
        "evaluate_batches": 5,
        "save_every": 40,
    }


def test_every_key_that_is_not_honoured_is_told_with_its_reason(read):
    assert read(EVERYTHING).notes == (
        "mask_prompt is not honoured: every assistant turn is learnt, and nothing else",
        "test_batches is not honoured: `pytest evals` judges what was trained",
        "lr_schedule.warmup_init is not honoured: the rate climbs by equal steps",
        "max_seq_length: rows that are longer are refused, not cut",
    )


def test_what_the_file_leaves_out_has_the_default_of_mlx_lm(read):
    from mlx_lm.lora import CONFIG_DEFAULTS

    config = read("iters: 50")
    settings = settings_from(config.settings)
    assert config.paths == {}
    assert settings.iterations == 50
    assert settings.batch_size == CONFIG_DEFAULTS["batch_size"]
    assert settings.layers == CONFIG_DEFAULTS["num_layers"]
    assert settings.learning_rate == CONFIG_DEFAULTS["learning_rate"]
    assert (settings.schedule, settings.warmup) == ("constant", 0)
    assert config.notes == (
        "gradients are cut to a norm of 1, which mlx-lm does not do (--clip 0)",
    )


def test_an_adapter_to_resume_is_the_folder_to_start_from(read):
    config = read("resume_adapter_file: old/adapter/adapters.safetensors")
    assert config.paths["start"] == Path("old/adapter")


def test_a_falling_line_is_a_schedule_too(read):
    text = "lr_schedule: {name: linear_schedule, arguments: [1e-3, 1e-4, 90]}"
    settings = settings_from(read(text).settings)
    assert (settings.schedule, settings.decay, settings.warmup) == ("linear", 90, 0)
    assert settings.final_rate == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", " line 1: no YAML: expected the node content, but found '<stream end>'"),
        ("- a", " holds no keys: it is a YAML file as `mlx_lm lora -c` takes"),
        ("fine_tune_type: dora", " fine_tune_type is 'dora': only lora is done"),
        (
            "resume_adapter_file: a.safetensors",
            " resume_adapter_file is 'a.safetensors': it must be the adapters.safetensors of an "
            "adapter's folder; a training that was stopped goes on by itself",
        ),
        ("train: false", " train is false: `pytest evals` judges what was trained"),
        ("iters: 3\niterations: 4", " iters and iterations say the same: keep one"),
        ("iters: many", " iterations is 'many': it must be of type int"),
        (
            "lr_schedule: {name: step_decay, arguments: [1, 2, 3]}",
            " lr_schedule.name is 'step_decay': done are cosine_decay, linear_schedule",
        ),
        (
            "lr_schedule: {name: cosine_decay, arguments: [1e-4]}",
            " lr_schedule.arguments are [0.0001]: cosine_decay takes three numbers",
        ),
        (
            "lora_parameters: {alpha: 16}",
            " lora_parameters.alpha is unknown: `scale` is the factor",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_by_file_and_key(read, tmp_path, text, problem):
    with pytest.raises(CallgateError) as caught:
        read(text)
    assert str(caught.value) == f"{tmp_path / 'lora.yaml'}:{problem}"


def test_an_unknown_key_is_refused_with_the_known_ones(read, tmp_path):
    with pytest.raises(CallgateError) as caught:
        read("lora_layers: 4")
    assert str(caught.value).startswith(
        f"{tmp_path / 'lora.yaml'}: lora_layers is unknown: known are accumulate, adapter_path, "
    )


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CallgateError) as caught:
        read_config(tmp_path / "none.yaml")
    assert str(caught.value) == f"{tmp_path / 'none.yaml'}: No such file or directory"


def test_no_key_of_mlx_lm_is_unknown(read):
    from mlx_lm.lora import CONFIG_DEFAULTS

    text = "\n".join(f"{key}: {'true' if key == 'train' else 'null'}" for key in CONFIG_DEFAULTS)
    assert read(text).paths == {}
