"""DWQ: learning the scales of a quantized model from what the model before it answers.

The method is mlx-lm's (`mlx_lm.quant.dwq`); its command reads rows from the hub, here they are
one's own.
"""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from fixtures import CallgateError

from .loading import LoadedModel

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn

BATCH_SIZE = 4
LEARNING_RATE = 1e-5
# One row of so many says whether it got nearer, and is not learnt from.
_HELD_OUT = 8


def learn_scales(
    wide: LoadedModel, model: "nn.Module", rows: Sequence[Sequence[int]], seed: int = 0
) -> None:
    """Change a quantized model's scales and biases, so that it answers rows of token ids as `wide`.

    `wide` is the model before quantizing; an eighth of the rows only says whether it got nearer.
    Raises CallgateError when the rows are too few to learn from some and to look at others.
    """
    import mlx.core as mx
    from mlx import optimizers
    from mlx.utils import tree_map, tree_unflatten
    from mlx_lm.quant.dwq import dwq_quantize

    from .dequantized import dense_layers

    held_out = rows[::_HELD_OUT]
    learnt = [row for number, row in enumerate(rows) if number % _HELD_OUT]
    if min(len(held_out), len(learnt)) < BATCH_SIZE:
        least = _HELD_OUT * (BATCH_SIZE - 1) + 1
        raise CallgateError(f"dwq needs {least} rows or more, and is given {len(rows)}")

    def answers(batch: "mx.array", _number: int, split: str) -> "mx.array":  # noqa: ARG001
        return wide.model(batch)  # type: ignore[no-any-return]

    stored = tree_map(lambda array: array.dtype, model.parameters())
    computed = getattr(mx, wide.description.dtype)
    model.set_dtype(computed)
    quantized = dict(model.named_modules())
    dense = dict(dense_layers(model)) if wide.description.device == "cpu" else {}
    model.update_modules(tree_unflatten(list(dense.items())))
    with redirect_stdout(sys.stderr):
        dwq_quantize(
            model,
            answers,
            optimizers.Adam(learning_rate=LEARNING_RATE, bias_correction=True),
            [(list(row), 0) for row in learnt],
            [(list(row), 0) for row in held_out],
            batch_size=BATCH_SIZE,
            max_seq_length=1 + max(map(len, rows)),
            seed=seed,
            dtype=computed,
        )
    for path, layer in dense.items():
        quantized[path].scales, quantized[path].biases = layer.scales, layer.biases
    model.update_modules(tree_unflatten([(path, quantized[path]) for path in dense]))
    model.update(tree_map(lambda array, dtype: array.astype(dtype), model.parameters(), stored))
