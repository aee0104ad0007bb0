"""Importing a GGUF file: convert, prove, quantize, each folder complete or absent."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from fixtures import CallgateError

from ..files import sha256_of_file
from . import embedded
from .convert import check_tensors, config_of, read_weights, write_model
from .folder import IMPORT_RECORD, check_model_folder, model_fingerprint
from .folders import atomic_folder, check_space, locked_parent
from .gguf import GgufHead, read_head
from .gguf_tokenizer import chat_template_of, write_tokenizer
from .loading import load_model
from .proof import check_answer, check_expected_ids, check_logits, check_round_trip
from .quantize import quantize_folder
from .recipe import Recipe

# Raise it when an import of the same file comes out differently.
IMPORTER = 1

Progress = Callable[[str], None]


class ImportRecord(BaseModel):
    """What an imported folder was made from: it tells whether importing again would change it."""

    schema_version: Literal[1] = 1
    importer: int
    source_name: str
    source_sha256: str
    bits: int | None
    group_size: int | None
    fingerprint: str
    mlx: str


@dataclass(frozen=True)
class ImportSettings:
    """What to import and where to: `folder` and, when `bits` is set, `folder`-5bit beside it."""

    source: Path
    folder: Path
    bits: int | None = 5
    group_size: int = 64
    force: bool = False
    is_embedded: bool = False

    @property
    def quantized_folder(self) -> Path | None:
        """Where the quantized model goes, or None when none is wanted."""
        if self.bits is None:
            return None
        return self.folder.with_name(f"{self.folder.name}-{self.bits}bit")


@dataclass(frozen=True)
class ImportResult:
    """The folders that are there now, and whether anything was written."""

    folders: tuple[Path, ...]
    changed: bool


def read_record(folder: Path) -> ImportRecord | None:
    """Return what a folder was imported from, or None when it tells nothing."""
    try:
        return ImportRecord.model_validate_json((folder / IMPORT_RECORD).read_bytes())
    except (OSError, ValidationError):
        return None


def problem_of_import(folder: Path) -> str | None:
    """Return what is wrong with an imported folder, or None when it is as the import left it."""
    try:
        check_model_folder(folder)
    except CallgateError as problem:
        return str(problem)
    record = read_record(folder)
    if record is None:
        return f"{folder} was not made by `callgate model import`: it has no {IMPORT_RECORD}"
    if record.fingerprint != model_fingerprint(folder):
        return f"the files of {folder} were changed after the import"
    return None


def _write_record(folder: Path, settings: ImportSettings, digest: str, bits: int | None) -> None:
    record = ImportRecord(
        importer=IMPORTER,
        source_name=settings.source.name,
        source_sha256=digest,
        bits=bits,
        group_size=None if bits is None else settings.group_size,
        fingerprint=model_fingerprint(folder),
        mlx=metadata.version("mlx"),
    )
    (folder / IMPORT_RECORD).write_text(record.model_dump_json(indent=2), encoding="utf-8")


def _is_there(folder: Path, settings: ImportSettings, digest: str, bits: int | None) -> bool:
    """Return whether the folder is what this import would make; raises when it is another."""
    if settings.force or not folder.exists():
        return False
    problem = problem_of_import(folder)
    if problem is not None:
        raise CallgateError(f"{folder} is in the way ({problem}): replace it with --force")
    record = read_record(folder)
    wanted = (IMPORTER, digest, bits, None if bits is None else settings.group_size)
    if record is None or wanted != (
        record.importer,
        record.source_sha256,
        record.bits,
        record.group_size,
    ):
        raise CallgateError(
            f"{folder} was imported from another file or with other settings: replace it with "
            "--force, or choose another --out"
        )
    return True


def _convert(head: GgufHead, settings: ImportSettings, digest: str, say: Progress) -> None:
    config = config_of(head)
    check_tensors(head, config)
    chat_template_of(head)
    with atomic_folder(settings.folder) as part:
        say(f"converting {len(head.tensors)} tensors ({head.encodings()}) to float16")
        write_tokenizer(head, part)
        write_model(part, config, read_weights(head, config, part))
        loaded = load_model(part)
        check_round_trip(loaded.tokenizer, settings.source)
        check_logits(loaded, settings.source)
        say("proved: logits are finite, the tokenizer gives text back as it was")
        if settings.is_embedded:
            check_expected_ids(loaded.tokenizer, settings.source)
            found = check_answer(loaded, settings.source)
            say(f"proved: {embedded.QUESTION} {found!r}; a chat has the expected token ids")
        _write_record(part, settings, digest, None)
    say(f"wrote {settings.folder}")


def _quantize(settings: ImportSettings, target: Path, digest: str, say: Progress) -> None:
    assert settings.bits is not None
    with atomic_folder(target) as part:
        done = quantize_folder(settings.folder, part, Recipe(settings.bits, settings.group_size))
        loaded = load_model(part)
        check_logits(loaded, settings.source)
        if settings.is_embedded:
            check_answer(loaded, settings.source)
        _write_record(part, settings, digest, settings.bits)
    skipped = f"skipped: {', '.join(done.skipped)}" if done.skipped else "no layer skipped"
    say(f"quantized to {settings.bits} bits ({done.bits_per_weight:.2f} a weight; {skipped})")
    say(f"wrote {target}")


def _check_space(settings: ImportSettings) -> None:
    # Float16 from at least 4.5 bits a weight, the quantized model, and both while replacing.
    check_space(settings.folder.parent, settings.source.stat().st_size * 5, "the import")


def import_gguf(settings: ImportSettings, say: Progress = print) -> ImportResult:
    """Import a GGUF file and return the folders; nothing is written when they are there already.

    Raises CallgateError for a file that cannot be imported, folders of another import, and an
    import that does not prove itself; then no folder is left.
    """
    if settings.bits is not None:
        Recipe(settings.bits, settings.group_size).check()
    started = time.perf_counter()
    head = read_head(settings.source)
    if settings.is_embedded:
        digest = embedded.check_embedded_gguf(settings.source)
    else:
        digest = sha256_of_file(settings.source)
    target = settings.quantized_folder
    folders = (settings.folder,) if target is None else (settings.folder, target)
    with locked_parent(settings.folder.parent):
        has_wide = _is_there(settings.folder, settings, digest, None)
        has_quantized = target is None or _is_there(target, settings, digest, settings.bits)
        if has_wide and has_quantized:
            say(f"already imported: {', '.join(map(str, folders))} (--force makes them again)")
            return ImportResult(folders, changed=False)
        _check_space(settings)
        if not has_wide:
            _convert(head, settings, digest, say)
        if target is not None and not has_quantized:
            _quantize(settings, target, digest, say)
    say(f"imported in {time.perf_counter() - started:.1f} s")
    return ImportResult(folders, changed=True)
