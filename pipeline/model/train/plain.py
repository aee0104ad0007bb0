"""`mlx_lm lora` for comparison, iteration by iteration.

Run as a script in a process of its own. It reads `{"settings", "dtype", "openblas"}` as JSON from
standard input, `settings` by mlx-lm's names, and writes a line of JSON for every iteration: tokens
of the rows read, seconds of the trainer, loss. Of callgate it imports the opening of OpenBLAS,
where that is asked for.
"""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_CHECKOUT = Path(__file__).resolve().parents[3]


def main() -> None:
    """Train as `mlx_lm lora` does: its own functions, in its own order."""
    request = json.load(sys.stdin)
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what mlx-lm prints
    if request["openblas"]:
        sys.path.insert(0, str(_CHECKOUT))
        from pipeline.model.blas import use_fast_blas

        use_fast_blas()
    import mlx.core as mx
    import numpy as np
    from mlx_lm import lora
    from mlx_lm.tuner.callbacks import TrainingCallback
    from mlx_lm.tuner.datasets import CacheDataset, load_dataset
    from mlx_lm.utils import load

    tokens = 0

    class Counted(CacheDataset):  # type: ignore[misc]
        def __getitem__(self, index: int) -> Any:  # noqa: ANN401
            nonlocal tokens
            row = super().__getitem__(index)
            tokens += len(row[0])
            return row

    class Told(TrainingCallback):  # type: ignore[misc]
        def on_train_loss_report(self, report: dict[str, Any]) -> None:
            nonlocal tokens
            seconds = 1 / report["iterations_per_second"]
            line = {"tokens": tokens, "seconds": seconds, "loss": report["train_loss"]}
            print(json.dumps(line), file=lines, flush=True)
            tokens = 0

    lora.CacheDataset = Counted
    settings = SimpleNamespace(**lora.CONFIG_DEFAULTS | request["settings"])
    np.random.seed(settings.seed)
    model, tokenizer = load(settings.model)[:2]
    if request["dtype"] != "stored":
        model.set_dtype(getattr(mx, request["dtype"]))
        mx.eval(model.parameters())
    training, validation, _ = load_dataset(settings, tokenizer)
    lora.train_model(settings, model, training, validation, Told())


if __name__ == "__main__":
    main()
