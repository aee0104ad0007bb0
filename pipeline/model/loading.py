"""Loading a model folder so that it computes fast on the device that is here."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fixtures import CallgateError

from .blas import backend, use_fast_blas
from .folder import check_model_folder, model_fingerprint
from .widening import widen

if TYPE_CHECKING:
    from mlx import nn
    from mlx_lm.tokenizer_utils import TokenizerWrapper

__all__ = [
    "LoadedModel",
    "ModelDescription",
    "check_model_folder",
    "load_lazily",
    "load_model",
    "load_tokenizer",
    "model_fingerprint",
    "quiet_imports",
]


@dataclass(frozen=True)
class ModelDescription:
    """What a loaded model is and how it computes here."""

    folder: Path
    fingerprint: str  # see model_fingerprint
    model_type: str
    bits: int | None  # of the stored weights; None when they are not quantized
    group_size: int | None
    dtype: str  # computed in: float32, float16 or bfloat16
    device: str  # cpu, metal or cuda
    context_length: int | None  # in tokens; None when the config does not say
    parameters: int


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to compute, its tokenizer, and what is known of it."""

    model: "nn.Module"
    tokenizer: "TokenizerWrapper"
    description: ModelDescription


@contextmanager
def quiet_imports() -> Iterator[None]:
    """Import mlx_lm and transformers inside: with OpenBLAS, without the hub, without advice.

    Only advice is silenced ("PyTorch was not found"); errors and other warnings stay.
    """
    use_fast_blas()
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*PyTorch.*not found.*")
        yield


def load_tokenizer(folder: Path) -> "TokenizerWrapper":
    """Return the tokenizer of a model folder; raises CallgateError as check_model_folder does."""
    check_model_folder(folder)
    return _load_tokenizer(folder)


def _load_tokenizer(folder: Path) -> "TokenizerWrapper":
    with quiet_imports():
        from mlx_lm.utils import load_config
        from mlx_lm.utils import load_tokenizer as load
    try:
        return load(folder, eos_token_ids=load_config(folder).get("eos_token_id"))
    except Exception as problem:
        raise CallgateError(
            f"the tokenizer of {folder} cannot be loaded ({_first_line(problem)}): copy "
            "tokenizer.json and tokenizer_config.json from the folder of the base model"
        ) from problem


def _first_line(problem: Exception) -> str:
    return (str(problem) or type(problem).__name__).splitlines()[0]


def _context_length(config: dict[str, Any]) -> int | None:
    for settings in (config, config.get("text_config") or {}):
        length = settings.get("max_position_embeddings")
        if isinstance(length, int):
            return length
    return None


def _dtype_of(model: "nn.Module") -> str:
    import mlx.core as mx
    from mlx.utils import tree_flatten

    floats = (a.dtype for _, a in tree_flatten(model.parameters()) if a.dtype != mx.uint32)
    return str(next(floats, mx.float32)).removeprefix("mlx.core.")


def load_lazily(folder: Path) -> "nn.Module":
    """Return the model of a folder with its weights as they are stored, read when asked for.

    Raises CallgateError as load_model does.
    """
    check_model_folder(folder)
    return _load_weights(folder, lazy=True)[0]


def _load_weights(folder: Path, *, lazy: bool = False) -> "tuple[nn.Module, dict[str, Any]]":
    with quiet_imports():
        from mlx_lm.utils import load_model as load
    try:
        return load(folder, lazy=lazy)  # type: ignore[no-any-return]
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as problem:
        raise CallgateError(
            f"the weights of {folder} cannot be loaded ({_first_line(problem)}): check that "
            "config.json belongs to them, or import the model again"
        ) from problem


def load_model(folder: Path) -> LoadedModel:
    """Load a model folder, never from the hub, widened to float32 where MLX computes on the CPU.

    Raises CallgateError when the folder is not whole or its weights do not fit its config.
    """
    check_model_folder(folder)
    model, config = _load_weights(folder)
    from mlx_lm.utils import get_total_parameters

    parameters = int(get_total_parameters(model))
    device = backend()
    if device == "cpu":
        model = widen(model)
    quantization = config.get("quantization") or {}
    description = ModelDescription(
        folder=folder,
        fingerprint=model_fingerprint(folder),
        model_type=str(config["model_type"]),
        bits=quantization.get("bits"),
        group_size=quantization.get("group_size"),
        dtype=_dtype_of(model),
        device=device,
        context_length=_context_length(config),
        parameters=parameters,
    )
    return LoadedModel(model, _load_tokenizer(folder), description)
