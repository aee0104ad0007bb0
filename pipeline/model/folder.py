"""Model folders, looked at without loading: are they whole, and what is in them."""

import hashlib
import json
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fixtures import CallgateError

from ..files import sha256_of_file

INDEX = "model.safetensors.index.json"
IMPORT_RECORD = "callgate_import.json"
FUSE_RECORD = "callgate_fuse.json"
QUANTIZE_RECORD = "callgate_quantize.json"
# They tell where a model comes from and are no part of it.
_RECORDS = (IMPORT_RECORD, FUSE_RECORD, QUANTIZE_RECORD)

_TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "tiktoken.model", "vocab.json")
_FILES_THAT_MATTER = (
    "*.json",
    "*.jsonl",
    "*.jinja",
    "*.py",
    "*.tiktoken",
    "*.txt",
    "model*.safetensors",
    "tokenizer.model",
    "tiktoken.model",
)
_MAKE_AGAIN = "import or download the model again"


def read_json_object(file: Path, cure: str = _MAKE_AGAIN) -> dict[str, Any]:
    """Return the object in a JSON file; raises CallgateError that ends with the cure."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise CallgateError(f"{file} cannot be read as JSON ({problem}): {cure}") from None
    if not isinstance(content, dict):
        raise CallgateError(f"{file} holds no JSON object: {cure}")
    return content


def check_safetensors(file: Path, cure: str = _MAKE_AGAIN) -> frozenset[str]:
    """Return the tensor names of a safetensors file whose every byte is there.

    Reads the header only. Raises CallgateError, which ends with the cure, when the file is cut off
    or is no safetensors file.
    """
    size = file.stat().st_size
    with file.open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if len(start) < 8 or 8 + length > size:
            raise CallgateError(
                f"{file} is truncated: its header is not whole in {size} bytes: {cure}"
            )
        try:
            header = json.loads(stream.read(length))
            tensors = {name: entry for name, entry in header.items() if name != "__metadata__"}
            ends = [int(entry["data_offsets"][1]) for entry in tensors.values()]
        except (ValueError, AttributeError, KeyError, IndexError, TypeError):
            raise CallgateError(f"{file} is not a safetensors file: {cure}") from None
    wanted = 8 + length + max(ends, default=0)
    if wanted > size:
        raise CallgateError(f"{file} is truncated: it has {size} bytes of {wanted}: {cure}")
    return frozenset(tensors)


def _check_weights(folder: Path) -> None:
    files = sorted(folder.glob("model*.safetensors"))
    if not files and not (folder / INDEX).exists():
        raise CallgateError(f"{folder} has no weights (model*.safetensors): {_MAKE_AGAIN}")
    names = {file.name: check_safetensors(file) for file in files}
    if not (folder / INDEX).exists():
        return
    weight_map = read_json_object(folder / INDEX).get("weight_map")
    if not isinstance(weight_map, dict):
        raise CallgateError(f"{folder / INDEX} has no weight_map: {_MAKE_AGAIN}")
    for tensor, name in sorted(weight_map.items()):
        if name not in names:
            raise CallgateError(f"{folder} lacks {name}, which {INDEX} lists: {_MAKE_AGAIN}")
        if tensor not in names[name]:
            raise CallgateError(
                f"{folder / name} lacks the tensor {tensor}, which {INDEX} lists: {_MAKE_AGAIN}"
            )


def has_chat_template(folder: Path) -> bool:
    """Return whether the folder's tokenizer brings a chat template."""
    if (folder / "chat_template.jinja").is_file() or (folder / "chat_template.json").is_file():
        return True
    settings = folder / "tokenizer_config.json"
    if not settings.is_file():
        return False
    content = read_json_object(settings)
    return bool(content.get("chat_template") or content.get("chat_template_type"))


def check_model_folder(folder: Path) -> dict[str, Any]:
    """Return the config of a model folder that can be loaded; cheap, MLX is not imported.

    Raises CallgateError that names the folder or file and what to do: no folder, no or broken
    config.json, no tokenizer, no chat template, weights missing or cut off.
    """
    if not folder.is_dir():
        raise CallgateError(
            f"there is no model folder {folder}: give the path of a folder (names on a model hub "
            "are not downloaded), or run `callgate model import smollm2-135m`"
        )
    if not (folder / "config.json").is_file():
        raise CallgateError(f"{folder} is no model folder: it has no config.json")
    config = read_json_object(folder / "config.json")
    if not isinstance(config.get("model_type"), str):
        raise CallgateError(f"{folder / 'config.json'} names no model_type: {_MAKE_AGAIN}")
    if not any((folder / name).is_file() for name in _TOKENIZER_FILES):
        raise CallgateError(
            f"{folder} has no tokenizer: copy tokenizer.json and tokenizer_config.json from the "
            "folder of the base model"
        )
    if not has_chat_template(folder):
        raise CallgateError(
            f"{folder} has no chat template: copy chat_template.jinja from the folder of the base "
            "model, or use an instruct model"
        )
    _check_weights(folder)
    return config


def _files_that_matter(folder: Path) -> Iterator[Path]:
    found = {file for pattern in _FILES_THAT_MATTER for file in folder.glob(pattern)}
    return (file for file in sorted(found) if file.is_file() and file.name not in _RECORDS)


def model_fingerprint(folder: Path) -> str:
    """Return 64 hexadecimal digits over the content of every file that makes the model.

    It is the same wherever the folder lies and whenever it was written. A README or an adapter
    beside the model does not change it.
    """
    files = list(_files_that_matter(folder))
    with ThreadPoolExecutor() as pool:
        digests = list(pool.map(sha256_of_file, files))
    total = hashlib.sha256()
    for file, digest in zip(files, digests, strict=True):
        total.update(f"{file.name}\0{digest}\n".encode())
    return total.hexdigest()
