"""Quantized layers that compute by dense products: what learning their scales needs on a CPU.

MLX's quantized products are scalar code there; the numbers are the same but for rounding.
"""

from typing import TYPE_CHECKING, Any

import mlx.core as mx
from mlx import nn

if TYPE_CHECKING:
    from collections.abc import Iterator


def _codes(layer: Any) -> mx.array:  # noqa: ANN401 - a quantized layer of either kind
    """Return the values of a quantized matrix, (rows, groups, group) float32."""
    ones, zeros = mx.ones(layer.scales.shape), mx.zeros(layer.scales.shape)
    wide = mx.dequantize(layer.weight, ones, zeros, group_size=layer.group_size, bits=layer.bits)
    return wide.reshape(*layer.scales.shape, layer.group_size)


class _Dense(nn.Module):  # type: ignore[misc]
    """What both kinds share: codes that stay, scales and biases that may be learnt."""

    def __init__(self, layer: Any) -> None:  # noqa: ANN401 - as above
        super().__init__()
        self.bits, self.group_size, self.mode = layer.bits, layer.group_size, layer.mode
        # mlx-lm counts parameters by it.
        self.weight = layer.weight
        self.scales, self.biases = layer.scales, layer.biases
        # An underscore keeps them from being parameters.
        self._codes = _codes(layer)
        if "bias" in layer:
            self.bias = layer.bias
        self.freeze()

    def _weight(self) -> mx.array:
        wide: mx.array = self._codes * self.scales[..., None] + self.biases[..., None]
        return wide.reshape(wide.shape[0], -1)


class DenseLinear(_Dense):
    """A quantized linear layer."""

    def __call__(self, inputs: mx.array) -> mx.array:
        """Return the product with the weight, and the bias added."""
        outputs = inputs @ self._weight().T
        return outputs + self.bias if "bias" in self else outputs


class DenseEmbedding(_Dense):
    """A quantized embedding, which may be the output head too."""

    def __call__(self, tokens: mx.array) -> mx.array:
        """Return the vectors of token ids."""
        codes, scales, biases = self._codes[tokens], self.scales[tokens], self.biases[tokens]
        wide: mx.array = codes * scales[..., None] + biases[..., None]
        return wide.reshape(*tokens.shape, -1)

    def as_linear(self, inputs: mx.array) -> mx.array:
        """Return the logits of hidden states."""
        return inputs @ self._weight().T


def dense_layers(model: nn.Module) -> "Iterator[tuple[str, nn.Module]]":
    """Return a dense layer for every quantized one, by path."""
    for path, layer in model.named_modules():
        if isinstance(layer, nn.QuantizedLinear):
            yield path, DenseLinear(layer)
        elif isinstance(layer, nn.QuantizedEmbedding):
            yield path, DenseEmbedding(layer)
