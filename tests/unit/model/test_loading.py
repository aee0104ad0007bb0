import subprocess
import sys

import pytest

from fixtures import CallgateError
from pipeline.model.loading import load_model


def test_a_loaded_model_says_what_it_is(tiny_model):
    folder = tiny_model.with_name("tiny-5bit")
    description = load_model(folder).description
    assert description.folder == folder
    assert (description.bits, description.group_size) == (5, 64)
    assert description.context_length == 256
    assert description.model_type == "llama"
    assert len(description.fingerprint) == 64
    assert description.parameters == 90816


def test_on_a_cpu_everything_computes_in_float32(tiny_model):
    for folder in (tiny_model, tiny_model.with_name("tiny-5bit")):
        description = load_model(folder).description
        if description.device == "cpu":
            assert description.dtype == "float32"


def test_weights_of_another_config_are_one_error(model_copy):
    config = model_copy / "config.json"
    config.write_text(
        config.read_text().replace('"intermediate_size": 128', '"intermediate_size": 96')
    )
    with pytest.raises(CallgateError) as caught:
        load_model(model_copy)
    message = str(caught.value)
    assert message.startswith(f"the weights of {model_copy} cannot be loaded (")
    assert message.endswith(": check that config.json belongs to them, or import the model again")


def test_an_unknown_model_type_is_one_error(model_copy):
    config = model_copy / "config.json"
    config.write_text(config.read_text().replace('"llama"', '"nonesuch"'))
    with pytest.raises(CallgateError) as caught:
        load_model(model_copy)
    assert str(caught.value) == (
        f"the weights of {model_copy} cannot be loaded (Model type nonesuch not supported.): check "
        "that config.json belongs to them, or import the model again"
    )


def test_a_broken_tokenizer_is_one_error(model_copy):
    (model_copy / "tokenizer.json").write_text("{")
    with pytest.raises(CallgateError) as caught:
        load_model(model_copy)
    assert str(caught.value).startswith(f"the tokenizer of {model_copy} cannot be loaded (")


def test_loading_prints_nothing(tiny_model):
    program = f"""
from pathlib import Path
from pipeline.model.loading import load_model
load_model(Path({str(tiny_model)!r}))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
