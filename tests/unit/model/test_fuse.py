import json
import shutil
from types import SimpleNamespace

import mlx.core as mx
import pytest
from mlx.utils import tree_flatten

from fixtures import CallgateError
from pipeline.cli import main
from pipeline.model.adapter import apply_adapter, read_adapter
from pipeline.model.folder import check_model_folder, model_fingerprint
from pipeline.model.fuse import FuseRecord, FuseSettings, fuse_folder
from pipeline.model.loading import load_lazily, load_model
from pipeline.model.quantize import quantize_folder
from pipeline.model.recipe import Recipe

IDS = mx.array([list(range(5, 45))])


@pytest.fixture
def adapter(tiny_model, tmp_path, make_adapter):
    return make_adapter(tiny_model, tmp_path / "adapter")


def logits_with_adapter(base, adapter):
    model = load_model(base).model
    apply_adapter(model, read_adapter(adapter), base)
    return model(IDS)


def distance(left, right):
    return mx.max(mx.abs(left - right)).item()


def test_a_fused_model_computes_what_the_adapter_on_its_base_does(tiny_model, adapter, tmp_path):
    done = fuse_folder(FuseSettings(adapter, tmp_path / "fused", dtype="float32"))
    assert (done.layers, done.base) == (14, tiny_model)
    expected = logits_with_adapter(tiny_model, adapter)
    assert distance(load_model(tmp_path / "fused").model(IDS), expected) < 1e-4
    assert distance(load_model(tiny_model).model(IDS), expected) > 1


@pytest.mark.parametrize("bits", [4, 5])
def test_every_layer_of_a_quantized_base_is_dequantized(tiny_model, adapter, tmp_path, bits):
    base = tmp_path / "base"
    base.mkdir()
    quantize_folder(tiny_model, base, Recipe(bits, 32))
    fuse_folder(FuseSettings(adapter, tmp_path / "fused", base=base, dtype="float32"))
    config = check_model_folder(tmp_path / "fused")
    assert config.keys().isdisjoint({"quantization", "quantization_config"})
    expected = logits_with_adapter(base, adapter)
    assert distance(load_model(tmp_path / "fused").model(IDS), expected) < 1e-4


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_all_weights_have_the_type_asked_for(adapter, tmp_path, dtype):
    done = fuse_folder(FuseSettings(adapter, tmp_path / "fused", dtype=dtype))
    weights = tree_flatten(load_lazily(tmp_path / "fused").parameters())
    assert {str(array.dtype) for _, array in weights} == {f"mlx.core.{dtype}"}
    assert check_model_folder(tmp_path / "fused")["torch_dtype"] == dtype
    assert done.size == 90816 * (4 if dtype == "float32" else 2)


def test_the_record_says_what_the_model_was_made_from(tiny_model, adapter, tmp_path):
    fuse_folder(FuseSettings(adapter, tmp_path / "fused"))
    record = FuseRecord.model_validate_json((tmp_path / "fused/callgate_fuse.json").read_bytes())
    assert record.base_fingerprint == model_fingerprint(tiny_model)
    assert record.adapter_fingerprint == read_adapter(adapter).fingerprint
    assert record.fingerprint == model_fingerprint(tmp_path / "fused")


def test_a_fully_trained_model_needs_no_layers_to_fuse(tiny_model, tmp_path):
    folder = tmp_path / "full"
    folder.mkdir()
    weights = {"model.norm.weight": mx.full((64,), 3.0)}
    mx.save_safetensors(str(folder / "adapters.safetensors"), weights)
    config = {"fine_tune_type": "full", "model": str(tiny_model)}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    assert fuse_folder(FuseSettings(folder, tmp_path / "fused")).layers == 0
    norm = dict(tree_flatten(load_lazily(tmp_path / "fused").parameters()))["model.norm.weight"]
    assert mx.all(norm == 3.0).item()


def test_weights_that_float16_cannot_hold_are_refused(tiny_model, tmp_path, make_adapter):
    adapter = make_adapter(tiny_model, tmp_path / "adapter", size=100.0)
    with pytest.raises(CallgateError) as caught:
        fuse_folder(FuseSettings(adapter, tmp_path / "fused"))
    assert str(caught.value) == (
        "model.layers.0.self_attn.q_proj.weight holds numbers that are not finite in float16: "
        "where the model it is made from is sound, write it in bfloat16 or float32 (--dtype)"
    )
    assert not (tmp_path / "fused").exists()
    fuse_folder(FuseSettings(adapter, tmp_path / "fused", dtype="bfloat16"))


def test_an_output_that_exists_is_refused(adapter, tmp_path):
    with pytest.raises(CallgateError) as caught:
        fuse_folder(FuseSettings(adapter, tmp_path))
    assert str(caught.value) == f"{tmp_path} exists already: remove it, or choose another --out"


def test_an_output_inside_the_base_is_refused(tiny_model, adapter):
    with pytest.raises(CallgateError) as caught:
        fuse_folder(FuseSettings(adapter, tiny_model / "fused"))
    assert str(caught.value) == (
        f"{tiny_model}/fused lies inside {tiny_model}: choose another --out"
    )


def test_a_disk_that_is_too_small_is_said_with_both_sizes(adapter, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=100_000))
    with pytest.raises(CallgateError) as caught:
        fuse_folder(FuseSettings(adapter, tmp_path / "out" / "fused", dtype="float32"))
    assert str(caught.value) == (
        f"{tmp_path}/out has 0.1 MB free; the fused model needs about 0.4 MB: free space, or "
        "choose another --out"
    )
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == [".callgate.lock"]


def test_a_missing_base_is_one_line_and_exit_code_2(adapter, tmp_path, capsys):
    code = main(["fuse", str(adapter), "--base", str(tmp_path / "no"), "-o", str(tmp_path / "out")])
    assert code == 2
    assert capsys.readouterr().err == (
        f"callgate: error: there is no model folder {tmp_path}/no: give the path of a folder "
        "(names on a model hub are not downloaded), or run `callgate model import smollm2-135m`\n"
    )


def test_the_command_says_what_it_wrote(tiny_model, adapter, tmp_path, capsys):
    assert main(["fuse", str(adapter), "-o", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"fused 14 layers into {tiny_model}: 0.2 MB of float16 in ")
    assert lines[1] == f"wrote {tmp_path}/out"
