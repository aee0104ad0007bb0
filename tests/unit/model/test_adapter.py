import json
import shutil

import mlx.core as mx
import pytest

from fixtures import CallgateError
from pipeline.model.adapter import apply_adapter, base_of, read_adapter
from pipeline.model.folder import model_fingerprint
from pipeline.model.loading import load_lazily


@pytest.fixture
def adapter(tiny_model, tmp_path, make_adapter):
    return make_adapter(tiny_model, tmp_path / "adapter")


def change_weights(folder, change):
    file = folder / "adapters.safetensors"
    arrays = {name: mx.array(array) for name, array in mx.load(str(file)).items()}
    mx.eval(arrays)
    mx.save_safetensors(str(file), change(arrays))


def error_of_applying(folder, base):
    with pytest.raises(CallgateError) as caught:
        apply_adapter(load_lazily(base), read_adapter(folder), base)
    return str(caught.value)


def change_config(folder, **values):
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def train_json(fingerprint):
    identity = {"base_fingerprint": fingerprint, "data": [], "settings": {}, "workers": 1}
    numbers = {"tokens": 1, "counted_tokens": 1, "seconds": 1.0, "peak_bytes": 1}
    losses = {"train_loss": 1.0, "valid_loss": None}
    rest = {"base": "tiny", "versions": {}, "device": "cpu"}
    return json.dumps({"identity": identity} | numbers | losses | rest)


def test_an_adapter_says_what_it_is(adapter, tiny_model):
    read = read_adapter(adapter)
    assert (read.fine_tune_type, read.num_layers, read.parameters["rank"]) == ("lora", 2, 4)
    assert (read.base, read.base_fingerprint) == (tiny_model, None)


def test_the_fingerprint_is_of_what_an_adapter_computes_and_not_of_where_it_lies(adapter, tmp_path):
    copy = shutil.copytree(adapter, tmp_path / "copy")
    change_config(copy, model="elsewhere", iterations=3)
    assert read_adapter(copy).fingerprint == read_adapter(adapter).fingerprint
    change_config(copy, lora_parameters={"rank": 4, "scale": 10.0, "dropout": 0.0})
    assert read_adapter(copy).fingerprint != read_adapter(adapter).fingerprint


@pytest.mark.parametrize("name", ["adapter_config.json", "adapters.safetensors"])
def test_a_folder_that_lacks_a_file_is_no_adapter(adapter, name):
    (adapter / name).unlink()
    with pytest.raises(CallgateError) as caught:
        read_adapter(adapter)
    assert str(caught.value) == f"{adapter} is no adapter folder: it has no {name}"


def test_no_adapter_folder_is_one_error(tmp_path):
    with pytest.raises(CallgateError) as caught:
        read_adapter(tmp_path / "none")
    assert str(caught.value) == (
        f"there is no adapter folder {tmp_path}/none: `callgate train` makes one"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fine_tune_type": "prefix"}, "fine_tune_type: 'prefix' is none that mlx-lm has"),
        ({"num_layers": 0}, "num_layers: no number above 0: train the adapter again"),
        (
            {"lora_parameters": {"rank": 8, "alpha": 16, "dropout": 0.0}},
            "lora_parameters: scale is missing: train the adapter again",
        ),
    ],
)
def test_a_config_that_cannot_be_is_named(adapter, change, message):
    change_config(adapter, **change)
    with pytest.raises(CallgateError) as caught:
        read_adapter(adapter)
    assert str(caught.value) == f"{adapter}/adapter_config.json: {message}"


def test_weights_cut_short_are_named(adapter):
    file = adapter / "adapters.safetensors"
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    with pytest.raises(CallgateError) as caught:
        read_adapter(adapter)
    assert str(caught.value) == (
        f"{file} is truncated: it has {len(content) - 1} bytes of {len(content)}: "
        "train the adapter again"
    )


def test_without_a_base_that_is_here_one_must_be_given(adapter, tiny_model):
    assert base_of(read_adapter(adapter), None) == tiny_model
    change_config(adapter, model="/nowhere")
    with pytest.raises(CallgateError) as caught:
        base_of(read_adapter(adapter), None)
    assert str(caught.value) == (
        f"{adapter} was trained on /nowhere, which is not here: give the base with --base"
    )


def test_a_base_other_than_the_one_trained_on_is_refused_unless_wanted(adapter, tiny_model):
    (adapter / "train.json").write_text(train_json("f" * 64))
    read = read_adapter(adapter)
    with pytest.raises(CallgateError) as caught:
        base_of(read, tiny_model)
    assert str(caught.value) == (
        f"{adapter} was trained on another base than {tiny_model} (fingerprint ffffffffffff, not "
        f"{model_fingerprint(tiny_model)[:12]}): give that one, or --other-base to apply it "
        "nevertheless"
    )
    assert base_of(read, tiny_model, other_base=True) == tiny_model
    (adapter / "train.json").write_text(train_json(model_fingerprint(tiny_model)))
    assert base_of(read_adapter(adapter), None) == tiny_model


def test_a_broken_train_json_is_named(adapter):
    (adapter / "train.json").write_text('{"identity": {}}')
    with pytest.raises(CallgateError) as caught:
        read_adapter(adapter)
    assert str(caught.value) == (
        f"{adapter}/train.json: base: Field required: train the adapter again"
    )


def test_the_first_layer_that_does_not_fit_is_named(adapter, tiny_model):
    def widened(arrays):
        for block in (0, 1):
            name = f"model.layers.{block}.mlp.up_proj.lora_a"
            arrays[name] = mx.zeros((96, 4))
        return arrays

    change_weights(adapter, widened)
    assert error_of_applying(adapter, tiny_model) == (
        f"{adapter} does not fit {tiny_model}: model.layers.0.mlp.up_proj.lora_a has shape "
        "(96, 4), where (64, 4) fits: it was trained on another architecture or is not whole"
    )


def test_an_adapter_of_a_deeper_model_is_refused(adapter, tiny_model):
    def deeper(arrays):
        return arrays | {
            name.replace("layers.1.", f"layers.{block}."): array
            for name, array in arrays.items()
            for block in (10, 2)
            if "layers.1." in name
        }

    change_weights(adapter, deeper)
    assert error_of_applying(adapter, tiny_model).startswith(
        f"{adapter} does not fit {tiny_model}: model.layers.2.mlp.down_proj.lora_a is in the "
        "adapter and not in the base: "
    )


def test_an_adapter_that_lacks_a_layer_is_refused(adapter, tiny_model):
    change_weights(adapter, lambda arrays: {k: v for k, v in arrays.items() if "layers.0" not in k})
    assert error_of_applying(adapter, tiny_model).startswith(
        f"{adapter} does not fit {tiny_model}: model.layers.0.mlp.down_proj.lora_a is missing in "
        "the adapter: "
    )


def test_an_untrained_adapter_is_refused(adapter, tiny_model):
    change_weights(
        adapter, lambda arrays: {k: v * (0 if "lora_b" in k else 1) for k, v in arrays.items()}
    )
    assert error_of_applying(adapter, tiny_model) == (
        f"{adapter} changes nothing: every lora_b is zero, as before the first step: train the "
        "adapter again"
    )


def test_an_adapter_that_diverged_is_refused(adapter, tiny_model):
    name = "model.layers.0.mlp.up_proj.lora_b"
    change_weights(adapter, lambda arrays: arrays | {name: arrays[name] * float("nan")})
    assert error_of_applying(adapter, tiny_model) == (
        f"{adapter}: {name} is not finite: train the adapter again"
    )
