"""The cleaner: repairs a data set without losing anything, and accounts for every row."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from fixtures import SUITE_FOLDER, CallgateError, load_suite

from ..files import sha256_of_file, write_atomic
from .accounting import FileCount, RepeatedRows, RowWriter
from .audit import callgate_version, problem_list, query_index
from .check import remaining_findings
from .chunks import Chunk, split_file
from .clean_report import CleanedFile, CleanManifest
from .data_set import DataFile, find_files
from .fixers import (
    FIXERS,
    Announcements,
    Contamination,
    DoubleWraps,
    Envelope,
    Fixer,
    Preambles,
    Roles,
    Trailing,
)
from .output import (
    check_places,
    check_rejects,
    move_all,
    open_synced,
    scratch_folder,
    side_files,
)
from .rejects import write_rejects
from .repair import Change, Repairer
from .scan import in_order, worker_count

if TYPE_CHECKING:
    from .audit_report import FindingReport


@dataclass(frozen=True)
class CleanSettings:
    """Which fixers are on, by id, and how announcements are mended."""

    fixers: frozenset[str] = frozenset(FIXERS)
    announcements: Literal["merge", "drop"] = "merge"
    suite: Path = SUITE_FOLDER
    workers: int | None = None

    @property
    def modes(self) -> dict[str, str]:
        """The fixers that are on, in order, each with its mode."""
        return {
            name: self.announcements if name == "announcements" else "on"
            for name in FIXERS
            if name in self.fixers
        }


def row_fixers(settings: CleanSettings) -> tuple[Fixer, ...]:
    """Return the fixers that look at one row at a time, in the order of application."""
    found: list[Fixer] = [DoubleWraps(), Roles()]
    if "contamination" in settings.fixers:
        found.append(Contamination(query_index(load_suite(settings.suite))))
    found += [Announcements(settings.announcements), Preambles(), Trailing(), Envelope()]
    return tuple(fixer for fixer in found if fixer.id in settings.fixers)


def _repairer(settings: CleanSettings) -> Repairer:
    keyed = not settings.fixers.isdisjoint(("duplicates", "leakage"))
    return Repairer(row_fixers(settings), keyed=keyed)


@dataclass(frozen=True)
class Cleaned:
    """The outcome: what became of every row, and the findings that no fixer was asked to cure."""

    manifest: CleanManifest
    outputs: tuple[Path, ...]
    changes: Path


def _chunks(files: list[DataFile], pending: deque[Chunk]) -> Iterator[Chunk]:
    for number, file in enumerate(files):
        for chunk in split_file(number, file.path):
            pending.append(chunk)
            yield chunk


def clean(
    source: Path,
    out: Path,
    settings: CleanSettings | None = None,
    *,
    rejects: Path | None = None,
    show: Callable[[str, Change], None] | None = None,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Cleaned:
    """Repair a file or a folder and write the result to `out`, whole or not at all.

    `show` is told of every touched row; with `dry_run` nothing is written. Raises CallgateError
    with one line for every problem of the input, or when a finding that a fixer should have cured
    remains in the result.
    """
    settings = settings or CleanSettings()
    files = find_files([source])
    run = partial(_clean_into, files, settings, show=show, progress=progress)
    if dry_run:
        with Path(os.devnull).open("wb") as nowhere:
            manifest = run([nowhere] * len(files), nowhere, sets_aside=rejects is not None)
        return Cleaned(manifest, (), out)
    check_places(source, out)
    if rejects is not None:
        check_rejects(rejects, out)
    log_out, manifest_out = side_files(out, folder=source.is_dir())
    with scratch_folder(out) as folder:
        names = [file.path.name for file in files] if source.is_dir() else [out.name]
        written = [folder / name for name in names]
        log, manifest_path = folder / log_out.name, folder / manifest_out.name
        with ExitStack() as stack:
            outputs = [open_synced(path, stack) for path in written]
            manifest = run(outputs, open_synced(log, stack), sets_aside=rejects is not None)
        _fail_on_remains(files, written, settings)
        if rejects is not None and manifest.rejected:
            write_rejects(rejects, files, [file.rejected for file in manifest.files])
        write_atomic(manifest_path, _json(manifest))
        if source.is_dir():
            folder.rename(out)
            return Cleaned(manifest, tuple(out / name for name in names), log_out)
        # Where the data is, its log and its manifest are too.
        move_all([(log, log_out), (manifest_path, manifest_out), (written[0], out)])
        return Cleaned(manifest, (out,), log_out)


def _json(manifest: CleanManifest) -> str:
    return manifest.model_dump_json(indent=2) + "\n"


def _fail_on_remains(files: list[DataFile], written: list[Path], settings: CleanSettings) -> None:
    at = [file._replace(path=path) for file, path in zip(files, written, strict=True)]
    remains: list[FindingReport] = remaining_findings(at, settings.fixers, settings.suite)
    if remains:
        lines = [
            f"{finding.id}: still in {finding.count} rows of the result, {', '.join(finding.rows)}"
            for finding in remains
        ]
        raise CallgateError("\n".join([*lines, "nothing was written; please report this"]))


def _clean_into(
    files: list[DataFile],
    settings: CleanSettings,
    outputs: list[BinaryIO],
    log: BinaryIO,
    *,
    show: Callable[[str, Change], None] | None,
    sets_aside: bool,
    progress: Callable[[int], None],
) -> CleanManifest:
    make = partial(_repairer, settings)
    keyed = make().keyed
    writer = RowWriter(
        files, outputs, log, RepeatedRows(settings.fixers, files) if keyed else None, show
    )
    workers = settings.workers
    if workers is None:
        workers = worker_count(file.path for file in files)
    pending: deque[Chunk] = deque()
    for piece in in_order(make, _chunks(files, pending), workers):
        chunk = pending.popleft()
        writer.write(chunk, piece)
        progress(chunk.end - chunk.start)
    counts = writer.counts
    rejected = sum(count.rejected for count in counts)
    if rejected and not sets_aside:
        raise CallgateError(problem_list(files, writer.problems, rejected))
    if not any(count.rows_out for count in counts):
        raise CallgateError(f"{files[0].path}: no row is left; nothing was written")
    return _manifest(files, counts, settings)


def _manifest(
    files: list[DataFile], counts: list[FileCount], settings: CleanSettings
) -> CleanManifest:
    return CleanManifest(
        callgate=callgate_version(),
        fixers=settings.modes,
        files=tuple(
            CleanedFile(
                name=file.name,
                sha256=sha256_of_file(file.path),
                rows_in=count.lines_in,
                rows_out=count.rows_out,
                changed=count.changed,
                dropped=dict(sorted(count.dropped.items())),
                rejected=count.rejected,
            )
            for file, count in zip(files, counts, strict=True)
        ),
    )
