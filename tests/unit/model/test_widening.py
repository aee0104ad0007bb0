import mlx.core as mx
import pytest
from mlx.utils import tree_flatten
from mlx_lm.utils import dequantize_model, load_model

from pipeline.model.quantize import quantize_folder
from pipeline.model.recipe import Recipe
from pipeline.model.widening import widen


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 8])
def test_widening_gives_the_numbers_that_mlx_lm_gives(tiny_model, tmp_path, bits):
    quantize_folder(tiny_model, tmp_path, Recipe(bits, 32))
    model, _ = load_model(tmp_path)
    plain, _ = load_model(tmp_path)
    plain.set_dtype(mx.float32)
    expected = dict(tree_flatten(dequantize_model(plain).parameters()))
    found = dict(tree_flatten(widen(model).parameters()))
    assert found.keys() == expected.keys()
    assert all(array.dtype == mx.float32 for array in found.values())
    assert all(mx.array_equal(found[name], expected[name]).item() for name in expected)


def test_a_half_precision_model_computes_in_float32(tiny_model):
    model, _ = load_model(tiny_model)
    assert model.model.norm.weight.dtype == mx.float16
    assert widen(model).model.norm.weight.dtype == mx.float32
