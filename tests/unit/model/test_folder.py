import json
import os
import shutil

import pytest

from fixtures import CallgateError
from pipeline.model.folder import check_model_folder, model_fingerprint

AGAIN = "import or download the model again"


def message_of(folder):
    with pytest.raises(CallgateError) as caught:
        check_model_folder(folder)
    return str(caught.value)


def test_a_whole_folder_gives_its_config(model_copy):
    assert check_model_folder(model_copy)["model_type"] == "llama"


def test_a_missing_folder_says_that_hubs_are_not_asked(tmp_path):
    assert message_of(tmp_path / "mlx-community") == (
        f"there is no model folder {tmp_path / 'mlx-community'}: give the path of a folder (names "
        "on a model hub are not downloaded), or run `callgate model import smollm2-135m`"
    )


def test_a_folder_without_config_is_no_model_folder(tmp_path):
    assert message_of(tmp_path) == f"{tmp_path} is no model folder: it has no config.json"


def test_a_broken_config_is_named_with_its_place(model_copy):
    (model_copy / "config.json").write_text("{")
    assert message_of(model_copy) == (
        f"{model_copy / 'config.json'} cannot be read as JSON (Expecting property name enclosed "
        f"in double quotes: line 1 column 2 (char 1)): {AGAIN}"
    )


def test_a_config_without_a_model_type_is_said(model_copy):
    (model_copy / "config.json").write_text("{}")
    assert message_of(model_copy) == f"{model_copy / 'config.json'} names no model_type: {AGAIN}"


def test_a_missing_tokenizer_is_said(model_copy):
    (model_copy / "tokenizer.json").unlink()
    assert message_of(model_copy) == (
        f"{model_copy} has no tokenizer: copy tokenizer.json and tokenizer_config.json from the "
        "folder of the base model"
    )


def without_chat_template(folder):
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    template = settings.pop("chat_template")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return template


def test_a_missing_chat_template_is_said(model_copy):
    without_chat_template(model_copy)
    assert message_of(model_copy) == (
        f"{model_copy} has no chat template: copy chat_template.jinja from the folder of the base "
        "model, or use an instruct model"
    )


def test_a_chat_template_may_be_a_file_of_its_own(model_copy):
    (model_copy / "chat_template.jinja").write_text(without_chat_template(model_copy))
    check_model_folder(model_copy)


def test_missing_weights_are_said(model_copy):
    (model_copy / "model.safetensors").unlink()
    assert message_of(model_copy) == f"{model_copy} has no weights (model*.safetensors): {AGAIN}"


@pytest.mark.parametrize("kept", [0, 5, 100])
def test_weights_cut_off_in_their_header_are_truncated(model_copy, kept):
    weights = model_copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:kept])
    assert message_of(model_copy) == (
        f"{weights} is truncated: its header is not whole in {kept} bytes: {AGAIN}"
    )


def test_weights_cut_off_in_their_data_are_truncated(model_copy):
    weights = model_copy / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1])
    assert message_of(model_copy) == (
        f"{weights} is truncated: it has {len(content) - 1} bytes of {len(content)}: {AGAIN}"
    )


def test_weights_that_are_something_else_are_said(model_copy):
    weights = model_copy / "model.safetensors"
    weights.write_bytes((8).to_bytes(8, "little") + b"not json" + bytes(100))
    assert message_of(model_copy) == f"{weights} is not a safetensors file: {AGAIN}"


def test_a_shard_that_the_index_lists_and_the_folder_lacks_is_named(model_copy):
    index = {"weight_map": {"model.norm.weight": "model-00002-of-00002.safetensors"}}
    (model_copy / "model.safetensors.index.json").write_text(json.dumps(index))
    assert message_of(model_copy) == (
        f"{model_copy} lacks model-00002-of-00002.safetensors, which "
        f"model.safetensors.index.json lists: {AGAIN}"
    )


def test_a_tensor_that_the_index_lists_and_its_shard_lacks_is_named(model_copy):
    index = {"weight_map": {"model.layers.9.mlp.up_proj.weight": "model.safetensors"}}
    (model_copy / "model.safetensors.index.json").write_text(json.dumps(index))
    assert message_of(model_copy) == (
        f"{model_copy / 'model.safetensors'} lacks the tensor model.layers.9.mlp.up_proj.weight, "
        f"which model.safetensors.index.json lists: {AGAIN}"
    )


def test_the_fingerprint_knows_neither_place_nor_time_nor_readme(model_copy, tmp_path):
    before = model_fingerprint(model_copy)
    moved = shutil.move(model_copy, tmp_path / "elsewhere")
    (moved / "README.md").write_text("notes")
    os.utime(moved / "config.json", (0, 0))
    assert model_fingerprint(moved) == before


@pytest.mark.parametrize(
    "name", ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"]
)
def test_the_fingerprint_knows_every_file_that_makes_the_model(model_copy, name):
    before = model_fingerprint(model_copy)
    content = bytearray((model_copy / name).read_bytes())
    content[-2] ^= 1
    (model_copy / name).write_bytes(content)
    assert model_fingerprint(model_copy) != before


def test_the_fingerprint_tells_which_file_has_which_content(tmp_path):
    for folder, names in (("one", ("a.json", "b.json")), ("two", ("b.json", "a.json"))):
        (tmp_path / folder).mkdir()
        for number, name in enumerate(names):
            (tmp_path / folder / name).write_text(str(number))
    assert model_fingerprint(tmp_path / "one") != model_fingerprint(tmp_path / "two")
