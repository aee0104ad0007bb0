"""The loss: mean cross-entropy of the assistant's tokens, the head computed for them alone."""

from typing import TYPE_CHECKING, Any, TypeAlias

from .batches import batch_of
from .rows import TrainingRow

if TYPE_CHECKING:
    from collections.abc import Callable

    import mlx.core as mx
    from mlx import nn

Loss: TypeAlias = "Callable[..., tuple[mx.array, mx.array]]"
_Head: TypeAlias = "Callable[[nn.Module, mx.array, mx.array], mx.array]"


def _head_on_places(model: Any, inputs: "mx.array", places: "mx.array") -> "mx.array":  # noqa: ANN401
    hidden = model.model(inputs)
    chosen = hidden.reshape(-1, hidden.shape[-1])[places]
    if hasattr(model, "lm_head"):
        return model.lm_head(chosen)  # type: ignore[no-any-return]
    return model.model.embed_tokens.as_linear(chosen)  # type: ignore[no-any-return]


def _places_of_logits(model: Any, inputs: "mx.array", places: "mx.array") -> "mx.array":  # noqa: ANN401
    logits = model(inputs)
    return logits.reshape(-1, logits.shape[-1])[places]  # type: ignore[no-any-return]


def _loss_with(head: _Head) -> Loss:
    import mlx.core as mx
    from mlx import nn

    def loss(
        model: "nn.Module",
        inputs: "mx.array",
        places: "mx.array",
        targets: "mx.array",
        weights: "mx.array",
        share: "mx.array",
    ) -> "tuple[mx.array, mx.array]":
        """Return the loss and the number of tokens it is the mean over.

        Both are a worker's share of the whole batch: averaged over the workers, the gradients are
        those of one worker with the whole batch, however unevenly the tokens are spread.
        """
        logits = head(model, inputs, places).astype(mx.float32)
        each = nn.losses.cross_entropy(logits, targets) * weights
        return each.sum() / share, share

    return loss


def head_is_separable(model: "nn.Module", row: TrainingRow) -> bool:
    """Return whether the model is blocks and then a plain head: true of llama and qwen2.

    It is tried on a short row. Models that scale or cap their logits are not.
    """
    import mlx.core as mx

    short = TrainingRow(row.tokens[:17], (min(16, len(row.tokens) - 1),))
    batch = batch_of([short], 1)
    try:
        apart = _head_on_places(model, batch.inputs, batch.places)
    except (AttributeError, TypeError, ValueError):
        return False
    whole = _places_of_logits(model, batch.inputs, batch.places)
    return bool(mx.allclose(apart, whole, rtol=1e-4, atol=1e-4).item())


def counted_loss(model: "nn.Module", row: TrainingRow) -> Loss:
    """Return the loss for a model, tried on a row of its training data.

    The head, which is a fifth of the embedded model, is computed for the counted tokens only
    where the architecture lets it be taken apart, and for every token elsewhere.
    """
    return _loss_with(_head_on_places if head_is_separable(model, row) else _places_of_logits)
