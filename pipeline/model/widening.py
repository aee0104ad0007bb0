"""Widening a quantized model to float32: how the same weights compute fast on a CPU."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn

# Values whose bits fill whole bytes together: 8 values of 5 bits are 5 bytes.
_VALUES_A_RUN = {3: 8, 5: 8, 6: 4}


def _one_byte_a_value(weight: "mx.array", bits: int) -> "mx.array":
    """Return packed values repacked to 8 bits each, as the uint32 array that MLX packs them in."""
    import mlx.core as mx

    values = _VALUES_A_RUN[bits]
    rows = weight.shape[:-1]
    runs = mx.view(weight, mx.uint8).reshape(*rows, -1, values * bits // 8)
    word = runs[..., 0].astype(mx.uint64)
    for place in range(1, values * bits // 8):
        word = word | (runs[..., place].astype(mx.uint64) << (8 * place))
    numbers = [
        ((word >> (bits * place)) & (2**bits - 1)).astype(mx.uint8) for place in range(values)
    ]
    return mx.view(mx.stack(numbers, axis=-1).reshape(*rows, -1), mx.uint32)


def widen(model: "nn.Module", *, lazily: bool = False) -> "nn.Module":
    """Return the model computing in float32 with the weights it has, quantized or not.

    On a CPU quantized products are scalar code and half-precision ones do not use BLAS. With
    `lazily` every weight waits to be asked for, so that they need not fit the memory together.
    """
    import mlx.core as mx
    from mlx_lm.utils import dequantize_model

    model.set_dtype(mx.float32)
    for layer in model.modules():
        bits = getattr(layer, "bits", None)
        # Dequantizing 3, 5 and 6 bits takes ten times as long as 8: the detour is four times
        # faster, and the numbers are the same.
        if bits in _VALUES_A_RUN and getattr(layer, "mode", None) == "affine":
            layer.weight = _one_byte_a_value(layer.weight, bits)
            layer.bits = 8
            if not lazily:
                mx.eval(layer.weight)
    model = dequantize_model(model)
    if not lazily:
        mx.eval(model.parameters())
    return model
