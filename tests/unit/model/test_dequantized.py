import mlx.core as mx
import pytest
from mlx import nn

from pipeline.model.dequantized import dense_layers
from pipeline.model.recipe import BITS


class Both(nn.Module):
    def __init__(self, bits):
        super().__init__()
        mx.random.seed(3)
        self.embedding = nn.QuantizedEmbedding(24, 64, 32, bits)
        self.linear = nn.QuantizedLinear(64, 16, True, 32, bits)
        self.linear.bias = mx.arange(16, dtype=mx.float32)


@pytest.mark.parametrize("bits", BITS)
def test_dense_layers_compute_what_the_quantized_ones_do(bits):
    model = Both(bits)
    dense = dict(dense_layers(model))
    tokens, inputs = mx.array([[3, 9], [23, 0]]), mx.random.normal((2, 5, 64))
    for expected, found in (
        (model.embedding(tokens), dense["embedding"](tokens)),
        (model.embedding.as_linear(inputs), dense["embedding"].as_linear(inputs)),
        (model.linear(inputs), dense["linear"](inputs)),
    ):
        assert mx.allclose(found, expected, rtol=1e-4, atol=1e-5).item()


def test_only_scales_and_biases_can_be_learnt():
    for layer in dict(dense_layers(Both(5))).values():
        assert layer.trainable_parameters() == {}
        layer.unfreeze(keys=["scales", "biases"], recurse=False)
        assert set(layer.trainable_parameters()) == {"scales", "biases"}
