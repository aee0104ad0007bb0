import pytest

from fixtures import CallgateError
from pipeline.model.folder import check_model_folder
from pipeline.model.quantize import quantize_folder


def test_a_quantized_folder_is_whole_and_says_its_bits(tiny_model, tmp_path):
    done = quantize_folder(tiny_model, tmp_path, 5, 32)
    assert check_model_folder(tmp_path)["quantization"] == {
        "group_size": 32,
        "bits": 5,
        "mode": "affine",
    }
    assert done.skipped == ()
    assert 6 <= done.bits_per_weight < 6.2


def test_layers_whose_width_is_no_multiple_of_the_group_are_named(tiny_model, tmp_path):
    # 64 wide but for down_proj, which is 128 wide.
    done = quantize_folder(tiny_model, tmp_path, 4, 128)
    assert "model.embed_tokens" in done.skipped
    assert "model.layers.0.mlp.up_proj" in done.skipped
    assert "model.layers.0.mlp.down_proj" not in done.skipped


def test_a_quantized_model_is_not_quantized_again(tiny_model, tmp_path):
    (tmp_path / "again").mkdir()
    (tmp_path / "once").mkdir()
    quantize_folder(tiny_model, tmp_path / "once", 5, 32)
    with pytest.raises(CallgateError) as caught:
        quantize_folder(tmp_path / "once", tmp_path / "again", 4, 32)
    assert str(caught.value) == (
        f"{tmp_path / 'once'} is quantized already: give the folder it was made from"
    )
