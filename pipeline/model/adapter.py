"""Adapter folders as mlx-lm writes them: read, held against a base model, applied to it."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson

from fixtures import CallgateError

from ..files import sha256_of_file
from .folder import check_safetensors, model_fingerprint, read_json_object

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn

CONFIG = "adapter_config.json"
WEIGHTS = "adapters.safetensors"

_TRAIN_AGAIN = "train the adapter again"
_MATRICES = frozenset({"lora_a", "lora_b", "m"})  # what mlx-lm calls an adapter's own tensors


@dataclass(frozen=True)
class Adapter:
    """What an adapter folder says of itself."""

    folder: Path
    fine_tune_type: str  # lora, dora or full
    num_layers: int  # blocks adapted, counted from the last
    parameters: dict[str, Any]  # rank, scale, dropout and perhaps keys
    base: Path | None  # where the base lay when it was trained
    base_fingerprint: str | None  # of that base; None when mlx-lm alone made the adapter

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits over what the adapter computes, wherever it lies."""
        settings = [self.fine_tune_type, self.num_layers, self.parameters]
        total = hashlib.sha256(orjson.dumps(settings, option=orjson.OPT_SORT_KEYS))
        total.update(sha256_of_file(self.folder / WEIGHTS).encode())
        return total.hexdigest()


def _base_fingerprint(folder: Path) -> str | None:
    from .train.manifest import manifest_in

    made_from = manifest_in(folder)
    return made_from.identity.base_fingerprint if made_from else None


def read_adapter(folder: Path) -> Adapter:
    """Return what an adapter folder says; raises CallgateError when it is not whole."""
    if not folder.is_dir():
        raise CallgateError(f"there is no adapter folder {folder}: `callgate train` makes one")
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise CallgateError(f"{folder} is no adapter folder: it has no {name}")
    check_safetensors(folder / WEIGHTS, _TRAIN_AGAIN)
    config = read_json_object(folder / CONFIG, _TRAIN_AGAIN)
    kind = config.get("fine_tune_type", "lora")
    if kind not in ("lora", "dora", "full"):
        raise CallgateError(f"{folder / CONFIG}: fine_tune_type: {kind!r} is none that mlx-lm has")
    layers, parameters = config.get("num_layers", 0), config.get("lora_parameters", {})
    if kind != "full":
        if type(layers) is not int or layers < 1:
            raise CallgateError(f"{folder / CONFIG}: num_layers: no number above 0: {_TRAIN_AGAIN}")
        for name in ("rank", "scale", "dropout"):
            if not isinstance(parameters, dict) or name not in parameters:
                raise CallgateError(
                    f"{folder / CONFIG}: lora_parameters: {name} is missing: {_TRAIN_AGAIN}"
                )
    base = config.get("model")
    return Adapter(
        folder=folder,
        fine_tune_type=kind,
        num_layers=layers,
        parameters=parameters,
        base=Path(base) if isinstance(base, str) else None,
        base_fingerprint=_base_fingerprint(folder),
    )


def base_of(adapter: Adapter, given: Path | None, *, other_base: bool = False) -> Path:
    """Return the folder of the adapter's base: the one given, or the one that the adapter names.

    Raises CallgateError when the adapter was trained on another one, unless `other_base`.
    """
    base = given or adapter.base
    if base is None or (given is None and not base.is_dir()):
        named = "names no base" if base is None else f"was trained on {base}, which is not here"
        raise CallgateError(f"{adapter.folder} {named}: give the base with --base")
    if other_base or adapter.base_fingerprint is None or not base.is_dir():
        return base
    found = model_fingerprint(base)
    if found != adapter.base_fingerprint:
        raise CallgateError(
            f"{adapter.folder} was trained on another base than {base} (fingerprint "
            f"{adapter.base_fingerprint[:12]}, not {found[:12]}): give that one, or --other-base "
            "to apply it nevertheless"
        )
    return base


def _by_layer(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _check_fit(
    adapter: Adapter, found: "dict[str, mx.array]", wanted: "dict[str, mx.array]", base: Path
) -> None:
    def wrong(name: str, what: str) -> CallgateError:
        return CallgateError(
            f"{adapter.folder} does not fit {base}: {name} {what}: it was trained on another "
            "architecture or is not whole"
        )

    for name in sorted(found.keys() | wanted.keys(), key=_by_layer):
        if name not in wanted:
            raise wrong(name, "is in the adapter and not in the base")
        if name not in found:
            raise wrong(name, "is missing in the adapter")
        if found[name].shape != wanted[name].shape:
            raise wrong(name, f"has shape {found[name].shape}, where {wanted[name].shape} fits")


def _check_worth(adapter: Adapter, arrays: "dict[str, mx.array]") -> None:
    import mlx.core as mx

    for name, array in arrays.items():
        if not mx.all(mx.isfinite(array)).item():
            raise CallgateError(f"{adapter.folder}: {name} is not finite: {_TRAIN_AGAIN}")
    outputs = [array for name, array in arrays.items() if name.endswith(".lora_b")]
    if adapter.fine_tune_type == "lora" and not any(mx.any(b != 0).item() for b in outputs):
        raise CallgateError(
            f"{adapter.folder} changes nothing: every lora_b is zero, as before the first step: "
            f"{_TRAIN_AGAIN}"
        )


def apply_adapter(model: "nn.Module", adapter: Adapter, base: Path) -> None:
    """Put the adapter's layers into the model that was loaded from `base`.

    Raises CallgateError that names the first layer that does not fit, and for an adapter that is
    not finite or changes nothing. mlx-lm itself lets one pass that lacks layers.
    """
    from mlx_lm.tuner.utils import linear_to_lora_layers

    if adapter.fine_tune_type != "full":
        use_dora = adapter.fine_tune_type == "dora"
        linear_to_lora_layers(model, adapter.num_layers, dict(adapter.parameters), use_dora)
    load_matrices(model, adapter, base)
    model.eval()


def load_matrices(model: "nn.Module", adapter: Adapter, base: Path) -> None:
    """Load an adapter's tensors into the model, which has the layers for them.

    Raises CallgateError as `apply_adapter` does.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten

    is_full = adapter.fine_tune_type == "full"
    arrays = cast("dict[str, mx.array]", mx.load(str(adapter.folder / WEIGHTS)))
    parameters: dict[str, mx.array] = dict(tree_flatten(model.parameters()))
    wanted = {
        name: array
        for name, array in parameters.items()
        if (name in arrays if is_full else name.rsplit(".", 1)[-1] in _MATRICES)
    }
    _check_fit(adapter, arrays, wanted, base)
    _check_worth(adapter, arrays)
    model.load_weights(list(arrays.items()), strict=False)
