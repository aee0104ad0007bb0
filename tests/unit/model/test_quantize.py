import shutil
from types import SimpleNamespace

import mlx.core as mx
import pytest

from fixtures import CallgateError
from pipeline.model.folder import check_model_folder
from pipeline.model.loading import load_lazily, load_model
from pipeline.model.quantize import quantize_folder
from pipeline.model.recipe import Recipe, parse_rule


def test_a_quantized_folder_is_whole_and_says_its_bits(tiny_model, tmp_path):
    done = quantize_folder(tiny_model, tmp_path, Recipe(5, 32))
    assert check_model_folder(tmp_path)["quantization"] == {
        "group_size": 32,
        "bits": 5,
        "mode": "affine",
    }
    assert done.skipped == ()
    assert 6 <= done.bits_per_weight < 6.2


def test_layers_whose_width_is_no_multiple_of_the_group_are_named(tiny_model, tmp_path):
    # 64 wide but for down_proj, which is 128 wide.
    done = quantize_folder(tiny_model, tmp_path, Recipe(4, 128))
    assert "model.embed_tokens" in done.skipped
    assert "model.layers.0.mlp.up_proj" in done.skipped
    assert "model.layers.0.mlp.down_proj" not in done.skipped


def test_a_quantized_model_is_not_quantized_again(tiny_model, tmp_path):
    (tmp_path / "again").mkdir()
    (tmp_path / "once").mkdir()
    quantize_folder(tiny_model, tmp_path / "once", Recipe(5, 32))
    with pytest.raises(CallgateError) as caught:
        quantize_folder(tmp_path / "once", tmp_path / "again", Recipe(4, 32))
    assert str(caught.value) == (
        f"{tmp_path / 'once'} is quantized already: give the folder it was made from"
    )


def test_layers_with_rules_of_their_own_load_and_compute_so(tiny_model, tmp_path):
    rules = tuple(map(parse_rule, ("embed=8", "v_proj=6/32", "last=wide")))
    done = quantize_folder(tiny_model, tmp_path, Recipe(4, 64, rules))
    assert check_model_folder(tmp_path)["quantization"] == {
        "group_size": 64,
        "bits": 4,
        "mode": "affine",
        "model.embed_tokens": {"group_size": 64, "bits": 8, "mode": "affine"},
        "model.layers.0.self_attn.v_proj": {"group_size": 32, "bits": 6, "mode": "affine"},
    }
    assert len(done.skipped) == 7
    assert all(".layers.1." in path for path in done.skipped)
    stored = dict(load_lazily(tmp_path).named_modules())
    found = {
        path: (stored[path].bits, stored[path].group_size)
        for path in ("model.embed_tokens", "model.layers.0.self_attn.v_proj")
    }
    assert found == {"model.embed_tokens": (8, 64), "model.layers.0.self_attn.v_proj": (6, 32)}
    assert stored["model.layers.0.mlp.up_proj"].bits == 4
    assert not hasattr(stored["model.layers.1.mlp.up_proj"], "bits")
    ids = mx.array([list(range(5, 45))])
    assert mx.all(mx.isfinite(load_model(tmp_path).model(ids))).item()


def test_a_rule_for_no_layer_is_refused_with_the_names_there_are(tiny_model, tmp_path):
    with pytest.raises(CallgateError) as caught:
        quantize_folder(tiny_model, tmp_path, Recipe(5, 32, (parse_rule("value=8"),)))
    assert str(caught.value) == (
        f"value=8 is for no layer of {tiny_model}: layers are called down_proj, embed_tokens, "
        "gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj"
    )


def test_a_disk_that_is_too_small_is_said_with_both_sizes(tiny_model, tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(CallgateError) as caught:
        quantize_folder(tiny_model, tmp_path / "out", Recipe())
    assert str(caught.value) == (
        f"{tmp_path} has 0.0 MB free; the quantized model needs about 0.1 MB: free space, or "
        "choose another --out"
    )
    assert list((tmp_path / "out").iterdir()) == []
