"""The fast BLAS before any test module imports MLX, and the profiles of hypothesis.

The profile is `ci` where CI is set, `dev` elsewhere; HYPOTHESIS_PROFILE=nightly asks for 100,000
examples of each property.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipeline.model.blas import use_fast_blas

use_fast_blas()

_UNHURRIED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

settings.register_profile("dev", max_examples=60, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True)
settings.register_profile(
    "nightly", max_examples=100_000, deadline=None, suppress_health_check=_UNHURRIED
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)


@pytest.fixture(scope="session")
def make_adapter() -> Callable[..., Path]:
    """Write a LoRA adapter with random matrices for a base, as mlx-lm would have trained it."""

    def make(base: Path, folder: Path, layers: int = 2, rank: int = 4, size: float = 0.05) -> Path:
        import mlx.core as mx
        from mlx.utils import tree_flatten
        from mlx_lm.tuner.utils import linear_to_lora_layers
        from mlx_lm.utils import load_model

        model, _ = load_model(base)
        model.freeze()
        mx.random.seed(11)
        parameters = {"rank": rank, "scale": 20.0, "dropout": 0.0}
        linear_to_lora_layers(model, layers, parameters)
        arrays = {
            name: mx.random.normal(array.shape) * size
            for name, array in tree_flatten(model.trainable_parameters())
        }
        folder.mkdir(parents=True)
        mx.save_safetensors(str(folder / "adapters.safetensors"), arrays)
        config = {"fine_tune_type": "lora", "num_layers": layers, "lora_parameters": parameters}
        config["model"] = str(base)
        (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
        return folder

    return make
