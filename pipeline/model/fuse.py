"""`callgate fuse`: an adapter and its base become one model that is not quantized."""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from fixtures import CallgateError

from .folder import FUSE_RECORD, check_model_folder, model_fingerprint
from .folders import atomic_folder, check_output, check_space, locked_parent, megabytes

if TYPE_CHECKING:
    from mlx import nn

    from .adapter import Adapter

DTYPES = ("float16", "bfloat16", "float32")

_EPILOG = """
examples:
  callgate fuse adapters/cleaned -o models/cleaned
  callgate fuse adapters/32b --base ~/models/Qwen2.5-Coder-32B-Instruct-4bit -o models/32b

Every layer of a quantized base is dequantized: fused into 4-bit layers, a small adapter is rounded
away. `callgate quantize` makes the fused model small again, and `callgate fidelity` says whether it
still is what was trained. The folder is written whole or not at all.
"""


class FuseRecord(BaseModel):
    """What a fused folder was made from."""

    schema_version: Literal[1] = 1
    base_name: str
    base_fingerprint: str
    adapter_name: str
    adapter_fingerprint: str
    dtype: str
    layers: int  # that the adapter changed
    fingerprint: str
    mlx: str
    mlx_lm: str


@dataclass(frozen=True)
class FuseSettings:
    """What to fuse: `base` None takes the one that the adapter names."""

    adapter: Path
    target: Path
    base: Path | None = None
    dtype: str = "float16"
    other_base: bool = False


@dataclass(frozen=True)
class Fused:
    """What fusing came to."""

    layers: int
    size: int  # bytes of weights
    base: Path


def _fuse_layers(model: "nn.Module", adapter: "Adapter", base: Path) -> int:
    """Replace every adapted layer by one of the same output; return how many there were."""
    from mlx.utils import tree_unflatten

    from .adapter import apply_adapter

    apply_adapter(model, adapter, base)
    fused = [
        (name, layer.fuse(dequantize=True))
        for name, layer in model.named_modules()
        if hasattr(layer, "fuse")
    ]
    model.update_modules(tree_unflatten(fused))
    return len(fused)


def _config_of(config: dict[str, Any], dtype: str) -> dict[str, Any]:
    left = ("quantization", "quantization_config")
    written = {key: value for key, value in config.items() if key not in left}
    if "dtype" in written:  # as newer versions of transformers call it
        written["dtype"] = dtype
    return written | {"torch_dtype": dtype}


def fuse_folder(settings: FuseSettings) -> Fused:
    """Write the base with the adapter's weights added, dequantized, into the new folder `target`.

    Sums are made in float32 and rounded once, to `dtype`. Raises CallgateError for a folder that
    is not whole, an adapter of another base, an output that exists and a disk that is too small.
    """
    from .adapter import base_of, read_adapter
    from .loading import load_lazily, quiet_imports
    from .widening import widen
    from .writing import stored_bytes, write_model_folder

    if settings.dtype not in DTYPES:
        raise CallgateError(f"there is no dtype {settings.dtype!r}: choose {', '.join(DTYPES)}")
    adapter = read_adapter(settings.adapter)
    base = base_of(adapter, settings.base, other_base=settings.other_base)
    config = check_model_folder(base)
    check_output(settings.target, (base, settings.adapter))
    with quiet_imports():
        import mlx.core as mx

    model = widen(load_lazily(base), lazily=True)
    layers = _fuse_layers(model, adapter, base)
    model.set_dtype(getattr(mx, settings.dtype))
    size = stored_bytes(model)
    with locked_parent(settings.target.parent):
        check_output(settings.target, ())
        check_space(settings.target.parent, size, "the fused model")
        with atomic_folder(settings.target) as part:
            written = _config_of(config, settings.dtype)
            write_model_folder(part, model, written, base)
            record = FuseRecord(
                base_name=base.resolve().name,
                base_fingerprint=model_fingerprint(base),
                adapter_name=settings.adapter.resolve().name,
                adapter_fingerprint=adapter.fingerprint,
                dtype=settings.dtype,
                layers=layers,
                fingerprint=model_fingerprint(part),
                mlx=metadata.version("mlx"),
                mlx_lm=metadata.version("mlx-lm"),
            )
            (part / FUSE_RECORD).write_text(record.model_dump_json(indent=2), encoding="utf-8")
    return Fused(layers, size, base)


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate fuse`."""
    parser = argparse.ArgumentParser(
        prog="callgate fuse",
        description="Make one model of an adapter and its base, not quantized.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("adapter", type=Path, metavar="ADAPTER", help="the folder that `callgate train` wrote")
    add("-o", "--out", type=Path, metavar="DIR", required=True, help="the folder to write")
    add("--base", type=Path, metavar="DIR", help="the base model (default: what ADAPTER names)")
    add("--dtype", choices=DTYPES, default="float16", help="of the weights (default: float16)")
    add("--other-base", action="store_true", help="apply it to a base it was not trained on")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run `callgate fuse` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)

    started = time.perf_counter()
    settings = FuseSettings(
        options.adapter, options.out, options.base, options.dtype, options.other_base
    )
    fused = fuse_folder(settings)
    print(
        f"fused {fused.layers} layers into {fused.base}: {megabytes(fused.size)} of "
        f"{options.dtype} in {time.perf_counter() - started:.1f} s"
    )
    print(f"wrote {options.out}")
    return 0
