"""AWQ: scaling the inputs of layers so that the weights which matter most are rounded least.

Lin et al., AWQ: Activation-aware Weight Quantization, arXiv 2306.00978. The method is mlx-lm's
(`mlx_lm.quant.awq`); its command reads a text from the hub, here it reads rows of one's own.
"""

import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from fixtures import CallgateError

from .loading import LoadedModel
from .recipe import Setting

if TYPE_CHECKING:
    from mlx import nn

# Tokens that are read as one text.
WINDOW = 512


def windows(rows: Sequence[Sequence[int]], width: int = WINDOW) -> list[list[int]]:
    """Return the tokens of all rows, one row after the other, in lists of equal length.

    What fills no whole list is left out, unless it is all that there is.
    """
    tokens = [token for row in rows for token in row]
    width = min(width, len(tokens))
    return [tokens[start : start + width] for start in range(0, len(tokens) - width + 1, width)]


def _two_settings(settings: Mapping[str, Setting], model: "nn.Module") -> tuple[Setting, Setting]:
    """Return the setting of the linear layers and that of the embedding and the head."""
    from mlx import nn

    modules = dict(model.named_modules())
    ends: set[Setting | None] = set()
    inner: set[Setting | None] = set()
    for path, module in modules.items():
        is_end = isinstance(module, nn.Embedding) or path.endswith("lm_head")
        if is_end or isinstance(module, nn.Linear):
            (ends if is_end else inner).add(settings.get(path))
    if len(inner) != 1 or len(ends) != 1 or None in inner | ends:
        raise CallgateError(
            "awq rounds all linear layers alike: leave out --keep for them, and choose a "
            "--group-size that every width is a multiple of"
        )
    return Setting(*inner.pop()), Setting(*ends.pop())  # type: ignore[misc]


def scale_and_clip(
    wide: LoadedModel,
    model: "nn.Module",
    settings: Mapping[str, Setting],
    rows: Sequence[Sequence[int]],
) -> None:
    """Give a quantized model the weights that mlx-lm's AWQ finds for rows of token ids.

    `wide` is the model before quantizing, and is used up. Raises CallgateError for a kind of model
    that mlx-lm has no AWQ for, and where layers have different settings.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten, tree_unflatten
    from mlx_lm.quant.awq import AWQ_MODEL_CONFIGS, awq_quantize

    kind = wide.description.model_type
    if kind not in AWQ_MODEL_CONFIGS:
        raise CallgateError(
            f"mlx-lm has no awq for {kind}: known are {', '.join(sorted(AWQ_MODEL_CONFIGS))}"
        )
    inner, ends = _two_settings(settings, wide.model)
    with redirect_stdout(sys.stderr):
        awq_quantize(
            wide.model,
            mx.array(windows(rows)),
            AWQ_MODEL_CONFIGS[kind],
            group_size=inner.group_size,
            bits=inner.bits,
            embed_group_size=ends.group_size,
            embed_bits=ends.bits,
        )
    made = dict(tree_flatten(wide.model.parameters()))
    stored = tree_flatten(model.parameters())
    model.update(tree_unflatten([(name, made[name].astype(old.dtype)) for name, old in stored]))
