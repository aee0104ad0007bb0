"""Reading the head of a GGUF file: metadata and tensor table, checked against the file's size.

MLX reads the tensors themselves, but maps the file without such checks: a cut-off one would end
the process.
"""

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from fixtures import CallgateError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_STRING = 8
_ARRAY = 9
_LONGEST_ARRAY = 1 << 27
_DOWNLOAD_AGAIN = "download the file again"


class Encoding(NamedTuple):
    """How a tensor type packs numbers: `block` of them into `size` bytes."""

    name: str
    block: int
    size: int


SUPPORTED = {
    0: Encoding("F32", 1, 4),
    1: Encoding("F16", 1, 2),
    2: Encoding("Q4_0", 32, 18),
    3: Encoding("Q4_1", 32, 20),
    8: Encoding("Q8_0", 32, 34),
    14: Encoding("Q6_K", 256, 210),
    30: Encoding("BF16", 1, 2),
}
_UNSUPPORTED = {
    6: "Q5_0",
    7: "Q5_1",
    10: "Q2_K",
    11: "Q3_K",
    12: "Q4_K",
    13: "Q5_K",
    15: "Q8_K",
    16: "IQ2_XXS",
    17: "IQ2_XS",
    18: "IQ3_XXS",
    20: "IQ4_NL",
    21: "IQ3_S",
    23: "IQ4_XS",
}


@dataclass(frozen=True)
class TensorEntry:
    """One line of the tensor table; `shape` as GGUF has it, the fastest dimension first."""

    name: str
    shape: tuple[int, ...]
    encoding: Encoding
    offset: int  # from the start of the data

    @property
    def size(self) -> int:
        """Bytes of the tensor in the file."""
        return math.prod(self.shape) // self.encoding.block * self.encoding.size


@dataclass(frozen=True)
class GgufHead:
    """Metadata and tensor table of a GGUF file."""

    path: Path
    metadata: dict[str, Any]
    tensors: tuple[TensorEntry, ...]

    def encodings(self) -> str:
        """Return what the tensors are packed as, the most frequent first: `Q4_1, F32, Q8_0`."""
        names = [tensor.encoding.name for tensor in self.tensors]
        return ", ".join(sorted(set(names), key=lambda name: (-names.count(name), name)))


class _Reader:
    """Reads GGUF values from a stream; every shortfall is one error that says truncated."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self.path = path
        self.stream = stream
        self.total = path.stat().st_size

    def truncated(self) -> CallgateError:
        return CallgateError(
            f"{self.path} is truncated: it ends after {self.total} bytes, inside its head: "
            f"{_DOWNLOAD_AGAIN}"
        )

    def take(self, count: int) -> bytes:
        if count > self.total:
            raise self.truncated()
        content = self.stream.read(count)
        if len(content) < count:
            raise self.truncated()
        return content

    def number(self, kind: int) -> Any:  # noqa: ANN401 - whatever the file holds
        form = _SCALARS[kind]
        return form.unpack(self.take(form.size))[0]

    def text(self) -> str:
        length: int = self.number(10)
        return self.take(length).decode("utf-8", errors="replace")

    def value(self, kind: int) -> Any:  # noqa: ANN401 - whatever the file holds
        if kind == _STRING:
            return self.text()
        if kind in _SCALARS:
            return self.number(kind)
        if kind != _ARRAY:
            raise CallgateError(
                f"{self.path} has metadata of the unknown type {kind}: {_DOWNLOAD_AGAIN}"
            )
        item: int = self.number(4)
        count: int = self.number(10)
        if count > min(_LONGEST_ARRAY, self.total):
            raise self.truncated()
        if item in _SCALARS:
            form = _SCALARS[item]
            return [row[0] for row in form.iter_unpack(self.take(count * form.size))]
        return [self.value(item) for _ in range(count)]

    def tensor(self) -> TensorEntry:
        name = self.text()
        dimensions: int = self.number(4)
        if dimensions > 8:
            raise CallgateError(
                f"{self.path} is damaged: tensor {name!r} has {dimensions} dimensions: "
                f"{_DOWNLOAD_AGAIN}"
            )
        shape = tuple(self.number(10) for _ in range(dimensions))
        kind: int = self.number(4)
        offset: int = self.number(10)
        if kind not in SUPPORTED:
            packed = _UNSUPPORTED.get(kind, f"type {kind}")
            supported = ", ".join(encoding.name for encoding in SUPPORTED.values())
            raise CallgateError(
                f"{self.path}: tensor {name} is packed as {packed}; callgate reads {supported}: "
                "take the Q4_0, Q4_1 or Q8_0 file of this model"
            )
        return TensorEntry(name, shape, SUPPORTED[kind], offset)


def read_head(path: Path) -> GgufHead:
    """Return the head of a GGUF file whose every tensor lies inside the file.

    Raises CallgateError: no such file, not GGUF, an unknown version, truncated, or a tensor packed
    in a way that cannot be read.
    """
    if not path.is_file():
        raise CallgateError(f"there is no GGUF file {path}")
    with path.open("rb") as stream:
        reader = _Reader(path, stream)
        if stream.read(4) != _MAGIC:
            raise CallgateError(f"{path} is not a GGUF file: it does not begin with 'GGUF'")
        version: int = reader.number(4)
        if version not in _VERSIONS:
            raise CallgateError(
                f"{path} is GGUF version {version}; callgate reads versions 2 and 3: "
                "convert it with a current llama.cpp"
            )
        tensor_count: int = reader.number(10)
        entry_count: int = reader.number(10)
        metadata: dict[str, Any] = {}
        for _ in range(entry_count):
            key = reader.text()
            metadata[key] = reader.value(reader.number(4))
        tensors = tuple(reader.tensor() for _ in range(tensor_count))
        alignment = metadata.get("general.alignment", 32)
        start = -(-stream.tell() // alignment) * alignment
    wanted = start + max((tensor.offset + tensor.size for tensor in tensors), default=0)
    if wanted > reader.total:
        raise CallgateError(
            f"{path} is truncated: it has {reader.total} bytes of {wanted}: {_DOWNLOAD_AGAIN}"
        )
    return GgufHead(path, metadata, tensors)
