"""GPTQ: rounding each weight so that what the layer computes on real rows changes least.

Frantar et al., GPTQ: Accurate Post-Training Quantization, arXiv 2210.17323. mlx-lm has it too
(`mlx_lm.quant.gptq`), but packs 2, 4 and 8 bits only, and waits for the device after each column.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fixtures import CallgateError

from .folders import megabytes
from .recipe import Setting

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn

# Of the mean diagonal, added to every diagonal entry: as in the paper.
_DAMPING = 0.01
# The moments of all layers are in memory together: 0.5 GB for 135M parameters, 235 GB for 32B.
_MOST_MOMENT_BYTES = 8e9
# Eight values of any number of bits fill whole bytes together.
_RUN = 8


class Codes(NamedTuple):
    """A quantized matrix: `scales * values + biases`, a scale and bias for each group of a row."""

    values: np.ndarray  # (rows, columns) uint8
    scales: np.ndarray  # (rows, groups) float32
    biases: np.ndarray  # (rows, groups) float32


def pack(values: np.ndarray, bits: int) -> np.ndarray:
    """Return (rows, columns) values of `bits` bits as the uint32 array that MLX packs them in."""
    rows, columns = values.shape
    runs = values.reshape(rows, columns // _RUN, _RUN).astype(np.uint64)
    shifts = (bits * np.arange(_RUN)).astype(np.uint64)
    words = np.bitwise_or.reduce(runs << shifts, axis=-1)
    in_bytes = words.astype("<u8").view(np.uint8).reshape(rows, columns // _RUN, 8)
    return np.ascontiguousarray(in_bytes[..., :bits]).reshape(rows, -1).view("<u4")


def input_moments(
    model: "nn.Module", layers: "dict[str, nn.Module]", rows: Sequence[Sequence[int]]
) -> dict[str, np.ndarray]:
    """Return the sum of x x^T over the inputs x of each linear layer, (width, width) float32.

    The model reads each row of token ids; it is as before afterwards.
    """
    import mlx.core as mx
    from mlx import nn
    from mlx.utils import tree_unflatten

    moments: dict[str, mx.array] = {}

    class Watched(nn.Module):  # type: ignore[misc]
        def __init__(self, name: str, layer: nn.Module) -> None:
            super().__init__()
            self._name = name
            self.layer = layer

        def __call__(self, inputs: mx.array) -> mx.array:
            flat = inputs.reshape(-1, inputs.shape[-1]).astype(mx.float32)
            moment = flat.T @ flat
            moments[self._name] = moments.get(self._name, mx.array(0.0)) + moment
            return self.layer(inputs)  # type: ignore[no-any-return]

    watched = [(name, Watched(name, layer)) for name, layer in layers.items()]
    model.update_modules(tree_unflatten(watched))
    for row in rows:
        model(mx.array([row]))
        mx.eval(moments)
    model.update_modules(tree_unflatten(list(layers.items())))
    return {name: np.array(moment) for name, moment in moments.items()}


def _inverse_root(moment: np.ndarray) -> np.ndarray:
    """Return the upper Cholesky factor of the damped moment's inverse."""
    damped = moment.astype(np.float64)
    damping = _DAMPING * float(damped.diagonal().mean()) or 1.0
    damped[np.diag_indices_from(damped)] += damping
    root = np.linalg.cholesky(np.linalg.inv(damped)).T
    return np.ascontiguousarray(root, dtype=np.float32)


def _grid(block: np.ndarray, bits: int, dtype: "mx.Dtype") -> tuple[np.ndarray, np.ndarray]:
    """Return MLX's scale and bias of each row of (rows, group) as they are stored."""
    import mlx.core as mx

    _, scales, biases = mx.quantize(mx.array(block), group_size=block.shape[1], bits=bits)
    stored = (scales.astype(dtype).astype(mx.float32), biases.astype(dtype).astype(mx.float32))
    return np.array(stored[0]), np.array(stored[1])


def round_matrix(
    weight: np.ndarray, moment: np.ndarray, bits: int, group_size: int, dtype: "mx.Dtype"
) -> Codes:
    """Quantize a (rows, columns) float32 matrix column by column, `moment` being of its inputs.

    The error of a column is made up for in the columns after it. Scales are rounded to `dtype`.
    """
    left = weight.astype(np.float32, copy=True)
    root = _inverse_root(moment)
    values = np.empty(left.shape, np.uint8)
    scales, biases = [], []
    for start in range(0, left.shape[1], group_size):
        end = start + group_size
        block = np.asfortranarray(left[:, start:end])
        scale, bias = _grid(left[:, start:end], bits, dtype)
        scales.append(scale)
        biases.append(bias)
        divisor = np.where(scale == 0, 1, scale)[:, 0]
        errors = np.empty_like(block)
        for column in range(group_size):
            place = start + column
            code = np.rint((block[:, column] - bias[:, 0]) / divisor).clip(0, 2**bits - 1)
            values[:, place] = code
            error = (block[:, column] - (scale[:, 0] * code + bias[:, 0])) / root[place, place]
            block[:, column + 1 :] -= np.outer(error, root[place, place + 1 : end])
            errors[:, column] = error
        left[:, end:] -= errors @ root[start:end, end:]
    return Codes(values, np.concatenate(scales, axis=1), np.concatenate(biases, axis=1))


def quantized_layer(layer: "nn.Module", codes: Codes, setting: Setting) -> "nn.Module":
    """Return the quantized layer for a linear one; scales have the type of its weight."""
    import mlx.core as mx
    from mlx import nn

    rows, columns = layer.weight.shape
    dtype = layer.weight.dtype
    made = nn.QuantizedLinear(columns, rows, False, setting.group_size, setting.bits)
    made.weight = mx.array(pack(codes.values, setting.bits))
    made.scales = mx.array(codes.scales).astype(dtype)
    made.biases = mx.array(codes.biases).astype(dtype)
    if "bias" in layer:
        made.bias = layer.bias
    return made


def gptq_layers(
    wide: "nn.Module",
    stored: "Mapping[str, nn.Module]",
    settings: Mapping[str, Setting],
    rows: Sequence[Sequence[int]],
    advance: Callable[[int], None] = lambda _: None,
) -> "dict[str, nn.Module]":
    """Return a quantized layer for every linear layer that has a setting.

    `wide` computes the inputs, `stored` has the weights as they are stored, by path. `advance` is
    told the bytes of weights done. Raises CallgateError when the moments would not fit the memory.
    """
    import mlx.core as mx
    from mlx import nn

    modules = dict(wide.named_modules())
    layers = {path: modules[path] for path in settings if isinstance(modules[path], nn.Linear)}
    wanted = sum(4 * layer.weight.shape[1] ** 2 for layer in layers.values())
    if wanted > _MOST_MOMENT_BYTES:
        raise CallgateError(
            f"gptq would keep {megabytes(wanted)} of moments in memory (at most "
            f"{megabytes(_MOST_MOMENT_BYTES)}): quantize so large a model without it"
        )
    moments = input_moments(wide, layers, rows)
    made: dict[str, nn.Module] = {}
    for path, layer in layers.items():
        weight = np.array(layer.weight.astype(mx.float32))
        setting, dtype = settings[path], stored[path].weight.dtype
        codes = round_matrix(weight, moments.pop(path), setting.bits, setting.group_size, dtype)
        made[path] = quantized_layer(stored[path], codes, setting)
        advance(weight.nbytes)
    return made
