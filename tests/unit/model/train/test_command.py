import pytest

from fixtures import CallgateError
from pipeline.cli import main
from pipeline.model.embedded import EMBEDDED_MODEL_UNQUANTIZED
from pipeline.model.train.command import asked, parse_arguments
from pipeline.model.train.settings import TrainingSettings


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "lora.yaml"
    file.write_text(
        "model: base\ndata: rows\nadapter_path: out\niters: 40\nbatch_size: 8\n"
        "grad_checkpoint: true\nsave_every: 20\n"
    )
    return str(file)


def asked_for(*words):
    return asked(parse_arguments(words))


def test_what_no_one_says_is_the_default():
    paths, settings = asked_for("data", "-o", "out")
    assert settings == TrainingSettings()
    assert paths.model == EMBEDDED_MODEL_UNQUANTIZED


def test_a_file_stands_in_for_the_command_line(config):
    paths, settings = asked_for("-c", config)
    assert [str(path) for path in (paths.model, paths.data, paths.adapter)] == [
        "base",
        "rows",
        "out",
    ]
    assert (settings.iterations, settings.batch_size, settings.checkpointing) == (40, 8, True)


def test_the_command_line_stands_above_a_file(config):
    paths, settings = asked_for(
        *("other", "-c", config, "--model", "m", "-o", "o", "--batch-size", "2"),
        "--no-checkpointing",
    )
    assert [str(path) for path in (paths.model, paths.data, paths.adapter)] == ["m", "other", "o"]
    assert (settings.iterations, settings.batch_size, settings.checkpointing) == (40, 2, False)


def test_keys_that_are_not_honoured_are_told(config, capsys):
    asked_for("-c", config)
    assert capsys.readouterr().err == (
        f"callgate: {config}: gradients are cut to a norm of 1, which mlx-lm does not do "
        "(--clip 0)\n"
    )


@pytest.mark.parametrize(
    ("words", "missing"), [((), "DATA"), (("data",), "-o"), (("-o", "out"), "DATA")]
)
def test_what_is_missing_is_named(words, missing):
    with pytest.raises(CallgateError) as caught:
        asked_for(*words)
    assert str(caught.value) == (f"{missing} is missing: `callgate train DATA -o DIR`, or -c FILE")


def test_a_folder_without_training_data_is_refused(tmp_path, capsys):
    assert main(["train", str(tmp_path), "-o", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"callgate: error: {tmp_path}: holds no train.jsonl\n"
