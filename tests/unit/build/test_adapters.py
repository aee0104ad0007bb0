"""Which finished adapters a training would end with, told from what they say of themselves."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from fixtures import CallgateError
from pipeline.build.adapters import carry_adapter, differences, find_adapter, wanted_identity
from pipeline.build.profile import read_profile
from pipeline.files import CHECKOUT
from pipeline.model.train.manifest import AdapterManifest, Identity, manifest_in
from pipeline.model.train.settings import TrainingSettings


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "train.jsonl").write_text("{}\n")
    return folder


def write_adapter(folder, identity, **changes):
    rows = tuple(file.model_copy(update={"rows": 5}) for file in identity.data)
    settings = identity.settings | changes
    manifest = AdapterManifest(
        base="base",
        identity=identity.model_copy(update={"data": rows, "settings": settings}),
        tokens=1,
        counted_tokens=1,
        seconds=1.0,
        peak_bytes=1,
        train_loss=1.0,
        valid_loss=None,
        versions={},
        device="cpu",
    )
    folder.mkdir(parents=True)
    (folder / "train.json").write_text(manifest.model_dump_json())
    return folder


def test_an_adapter_of_the_same_base_data_and_settings_is_found_whatever_its_name(data, tmp_path):
    wanted = wanted_identity("base", data, TrainingSettings(seed=3))
    (tmp_path / "empty").mkdir()
    other = write_adapter(tmp_path / "other", wanted, seed=4)
    same = write_adapter(tmp_path / "zzz", wanted)
    assert find_adapter([tmp_path / "empty", other, same], wanted).adapter == same


def test_where_none_is_found_the_nearest_tells_what_differs(data, tmp_path):
    wanted = wanted_identity("base", data, TrainingSettings(seed=3))
    far = write_adapter(tmp_path / "far", wanted, seed=4, rank=4)
    near = write_adapter(tmp_path / "near", wanted, seed=4)
    assert find_adapter([far, near], wanted) == (None, "the nearest, near, has seed 4 instead of 3")
    assert find_adapter([tmp_path], wanted) == (None, "none says what made it")


def test_how_often_a_training_is_watched_and_saved_makes_no_difference(data, tmp_path):
    wanted = wanted_identity("base", data, TrainingSettings())
    watched = write_adapter(
        tmp_path / "a", wanted, report_every=1, evaluate_every=50, evaluate_batches=2, save_every=1
    )
    assert find_adapter([watched], wanted).adapter == watched


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"base_fingerprint": "another"}, "another base model"),
        ({"workers": 2}, "2 workers instead of 1"),
        ({"data": ()}, "other data"),
    ],
)
def test_another_base_data_or_number_of_workers_is_another_training(data, change, phrase):
    wanted = wanted_identity("base", data, TrainingSettings())
    found = Identity.model_validate(json.loads(wanted.model_dump_json()) | change)
    assert differences(wanted, found) == [phrase]


@pytest.fixture
def adapter(data, tmp_path):
    folder = write_adapter(tmp_path / "adapter", wanted_identity("b", data, TrainingSettings()))
    arrays = {"layer.lora_a": np.full((4, 8), 1 / 3, np.float32)}
    save_file(arrays, folder / "adapters.safetensors")
    parameters = {"rank": 8, "scale": 20.0, "dropout": 0.0}
    config = {"fine_tune_type": "lora", "num_layers": 1, "lora_parameters": parameters}
    config["model"] = "/home/someone/base"
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


def test_a_carried_adapter_is_half_as_precise_and_names_no_folder_of_this_machine(
    adapter, tmp_path
):
    carried = tmp_path / "carried"
    size = carry_adapter(adapter, carried, ".models/base")
    assert size == sum(file.stat().st_size for file in carried.iterdir())
    weights = load_file(carried / "adapters.safetensors")["layer.lora_a"]
    assert (weights.dtype, weights[0, 0]) == (np.float16, np.float16(1 / 3))
    config = json.loads((carried / "adapter_config.json").read_bytes())
    before = json.loads((adapter / "adapter_config.json").read_bytes())
    assert config == before | {"model": ".models/base"}
    assert (carried / "train.json").read_bytes() == (adapter / "train.json").read_bytes()
    # It may be carried again, in place of what is there.
    assert carry_adapter(adapter, carried, ".models/base") == size


def test_a_folder_that_is_no_adapter_is_not_replaced(adapter, tmp_path):
    other = tmp_path / "thesis"
    other.mkdir()
    with pytest.raises(CallgateError) as problem:
        carry_adapter(adapter, other, "base")
    assert str(problem.value) == f"{other} is no adapter folder: it has no adapter_config.json"


def trained_otherwise(profile, made_from):
    """In what the training of a profile differs from the one that made an adapter."""
    found = made_from.identity
    wanted = wanted_identity(
        found.base_fingerprint, CHECKOUT / profile.data, profile.settings, profile.workers
    )
    return differences(wanted.model_copy(update={"start": found.start}), found)


def test_the_carried_adapter_is_what_the_embedded_profile_and_the_one_before_it_train():
    made_from = manifest_in(CHECKOUT / "pipeline" / "adapters" / "embedded")
    _, profile = read_profile("embedded")
    _, first = read_profile(profile.start)
    assert trained_otherwise(profile, made_from) == []
    assert trained_otherwise(first, made_from.start) == []
    assert made_from.start.start is None
