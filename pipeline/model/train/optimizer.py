"""The optimizer: one of MLX's with a schedule for its rate and a limit on the gradient."""

import inspect
from typing import TYPE_CHECKING, Any

from fixtures import CallgateError

from .settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    import mlx.core as mx
    from mlx.optimizers import Optimizer


def learning_rate_schedule(settings: TrainingSettings) -> "Callable[[mx.array], mx.array]":
    """Return the rate by step: a climb from zero, then down to `final_rate` of the highest."""
    from mlx.optimizers import schedulers

    steps = max(1, settings.iterations // settings.accumulate)
    warmup = min(settings.warmup, steps - 1)
    highest, lowest = settings.learning_rate, settings.learning_rate * settings.final_rate
    if settings.schedule == "cosine":
        falling = schedulers.cosine_decay(highest, settings.decay or steps - warmup, lowest)
    else:
        end = highest if settings.schedule == "constant" else lowest
        falling = schedulers.linear_schedule(highest, end, settings.decay or steps - warmup)
    if not warmup:
        return falling  # type: ignore[no-any-return]
    climbing = schedulers.linear_schedule(highest / (warmup + 1), highest, warmup)
    return schedulers.join_schedules([climbing, falling], [warmup])  # type: ignore[no-any-return]


def make_optimizer(settings: TrainingSettings) -> "Optimizer":
    """Return the optimizer that the settings name; raises CallgateError for options it has not.

    mlx-lm's trainer clips no gradient, so the optimizer does (Pascanu et al., 2013, "On the
    difficulty of training recurrent neural networks": scaled to the limit in their global norm).
    """
    import mlx.optimizers as optimizers

    chosen = {
        "adam": optimizers.Adam,
        "adamw": optimizers.AdamW,
        "muon": optimizers.Muon,
        "sgd": optimizers.SGD,
        "adafactor": optimizers.Adafactor,
    }[settings.optimizer]
    options = settings.options_of_optimizer
    known = [name for name in inspect.signature(chosen).parameters if name != "learning_rate"]
    if unknown := sorted(options.keys() - set(known)):
        raise CallgateError(
            f"optimizer_options: {settings.optimizer} has no {unknown[0]}: it has "
            f"{', '.join(known)}"
        )
    if not settings.clip:
        return chosen(learning_rate=learning_rate_schedule(settings), **options)

    class Clipped(chosen):  # type: ignore[misc, valid-type]
        def apply_gradients(self, gradients: Any, parameters: Any) -> Any:  # noqa: ANN401
            clipped, _ = optimizers.clip_grad_norm(gradients, settings.clip)
            return super().apply_gradients(clipped, parameters)

    return Clipped(learning_rate=learning_rate_schedule(settings), **options)
