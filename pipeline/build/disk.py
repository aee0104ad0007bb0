"""How much disk a build will need, from the headers of its base alone."""

import json
import struct
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError

from ..model.folder import read_json_object
from ..model.folders import check_space, megabytes
from .profile import Profile

_BYTES = {"float16": 2, "bfloat16": 2, "float32": 4}
# Beside the bits of each weight, a scale and a bias of 16 bits for each group.
_BITS_OF_A_GROUP = 32


class BigFile(NamedTuple):
    """A stage and how many bytes it will write."""

    stage: str
    size: float


def _shapes(file: Path) -> dict[str, list[int]]:
    with file.open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(length))
    return {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}


def parameters_of(folder: Path) -> int:
    """Return how many weights a model has, those of quantized layers counted unpacked."""
    quantization = read_json_object(folder / "config.json").get("quantization") or {}
    shapes: dict[str, list[int]] = {}
    for file in folder.glob("model*.safetensors"):
        shapes |= _shapes(file)
    total = 0
    for name, shape in shapes.items():
        layer, _, kind = name.rpartition(".")
        if f"{layer}.scales" not in shapes:
            total += prod(shape)
        elif kind == "scales":
            own = quantization.get(layer) or quantization
            total += prod(shape) * int(own["group_size"])
    return total


def big_files(profile: Profile) -> list[BigFile]:
    """Return what the stages that write a whole model will write."""
    parameters = parameters_of(Path(profile.base))
    recipe = profile.quantize.recipe
    bits = recipe.bits + _BITS_OF_A_GROUP / recipe.group_size
    return [
        BigFile("fuse", parameters * _BYTES[profile.fuse.dtype]),
        BigFile("quantize", parameters * bits / 8),
    ]


def check_disk(folder: Path, profile: Profile, to_make: Iterable[str]) -> None:
    """Raise CallgateError, naming the sizes, unless the disk has room for what is to be made."""
    names = set(to_make)
    files = [file for file in big_files(profile) if file.stage in names]
    if not files:
        return
    listed = " and ".join(f"{file.stage} {megabytes(file.size)}" for file in files)
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        check_space(place, sum(file.size for file in files), f"this build ({listed})")
    except CallgateError as problem:
        raise CallgateError(f"nothing was begun: {problem}") from None
