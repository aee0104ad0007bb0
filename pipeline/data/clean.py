"""The cleaner: repairs a data set without losing anything, and accounts for every row."""

import os
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import numpy as np
import numpy.typing as npt
import orjson

from fixtures import SUITE_FOLDER, CallgateError, load_suite

from ..files import sha256_of_file, write_atomic
from .audit import callgate_version, problem_list, query_index
from .check import remaining_findings
from .chunks import BYTE_ORDER_MARK, Chunk, Problem, read_bytes, split_file, split_lines
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
from .rejects import write_rejects
from .repair import Change, Repaired, Repairer, change_record, edits_of
from .rows import Place, read_row
from .scan import PROBLEMS_KEPT, in_order, worker_count
from .seen import SeenKeys

if TYPE_CHECKING:
    from .audit_report import FindingReport
    from .fixers.fixer import Edit

DUPLICATE = "a row that stands in the file already"
LEAKED = "a held-out row that an earlier file has"


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


@dataclass
class FileCount:
    """What became of the rows of one file so far."""

    lines_in: int = 0
    rows_out: int = 0
    changed: int = 0
    rejected: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Cleaned:
    """The outcome: what became of every row, and the findings that no fixer was asked to cure."""

    manifest: CleanManifest
    outputs: tuple[Path, ...]
    changes: Path


class _Repeats:
    """Which of the rows to be written repeat others."""

    def __init__(self, settings: CleanSettings, files: list[DataFile]) -> None:
        self.duplicates = "duplicates" in settings.fixers
        self.leakage = "leakage" in settings.fixers
        self.files = files
        self.seen = [SeenKeys() for _ in files]

    def reasons(self, file: int, keys: npt.NDArray[np.uint64]) -> dict[int, str]:
        """Return why some of the rows are dropped, by their position."""
        found: dict[int, str] = {}
        held_out = self.files[file].held_out
        if (self.leakage and held_out) or (self.duplicates and not held_out):
            earlier = np.zeros(len(keys), dtype=np.bool_)
            for seen in self.seen[:file]:
                earlier |= seen.contains(keys)
            reason = LEAKED if held_out else DUPLICATE
            found.update(dict.fromkeys(np.flatnonzero(earlier).tolist(), reason))
        again = self.seen[file].add(keys)
        if self.duplicates:
            for position in np.flatnonzero(again).tolist():
                found.setdefault(position, DUPLICATE)
        return found


class _Writer:
    """Writes what the repairer returns, and the change log, counting every row."""

    def __init__(
        self,
        files: list[DataFile],
        outputs: list[BinaryIO],
        log: BinaryIO,
        repeats: _Repeats | None,
        show: Callable[[str, Change], None] | None,
    ) -> None:
        self.files = files
        self.outputs = outputs
        self.log = log
        self.repeats = repeats
        self.show = show
        self.counts = [FileCount() for _ in files]
        self.problems: list[Problem] = []

    def write(self, chunk: Chunk, piece: Repaired) -> None:
        """Write one piece."""
        file = chunk.file
        count = self.counts[file]
        first = count.lines_in + 1
        for problem in piece.problems[: PROBLEMS_KEPT - len(self.problems)]:
            place = Place(file, problem.place.line + first)
            self.problems.append(Problem(place, problem.message))
        lines, changes = piece.lines, piece.changes
        numbers = piece.numbers
        if self.repeats is not None:
            reasons = self.repeats.reasons(file, piece.keys)
            if reasons:
                lines, numbers, changes = _without(chunk, piece, reasons)
        if lines:
            self.outputs[file].write(b"\n".join(lines))
            self.outputs[file].write(b"\n")
        for change in changes:
            self._log(file, first, change, numbers, count)
        count.lines_in += piece.lines_in
        count.rows_out += len(lines)
        count.rejected += piece.problem_count

    def _log(
        self,
        file: int,
        first: int,
        change: Change,
        numbers: npt.NDArray[np.uint32],
        count: FileCount,
    ) -> None:
        row = f"{self.files[file].name}:{first + change.line}"
        line_out: int | None = None
        if change.dropped is None:
            count.changed += 1
            line_out = count.rows_out + int(np.searchsorted(numbers, change.line)) + 1
        else:
            count.dropped[change.dropped] += 1
        head = orjson.dumps({"schema_version": 1, "row": row, "line_out": line_out})
        self.log.write(head[:-1] + b"," + change.record + b"\n")
        if self.show is not None:
            self.show(row, change)


def _without(
    chunk: Chunk, piece: Repaired, reasons: dict[int, str]
) -> tuple[list[bytes], npt.NDArray[np.uint32], list[Change]]:
    """Leave out the rows that repeat others, and note each as a change of its own."""
    came = split_lines(read_bytes(chunk))
    changed = {change.line: change for change in piece.changes}
    dropped: dict[int, Change] = {}
    for position, reason in reasons.items():
        line = int(piece.numbers[position])
        row = read_row(orjson.loads(came[line].removeprefix(BYTE_ORDER_MARK)))
        fixer = "leakage" if reason == LEAKED else "duplicates"
        names: tuple[str, ...] = (fixer,)
        edits: list[tuple[str, Edit]] = []
        # A row that was changed and then dropped is one dropped row.
        if line in changed:
            names = (*changed[line].fixers, fixer)
            edits = edits_of(changed[line])
        dropped[line] = Change(line, names, reason, change_record(reason, edits, row))
    lines = [line for position, line in enumerate(piece.lines) if position not in reasons]
    numbers = np.delete(piece.numbers, list(reasons))
    changes = [change for change in piece.changes if change.line not in dropped]
    return lines, numbers, sorted([*changes, *dropped.values()], key=lambda change: change.line)


def _chunks(files: list[DataFile], pending: deque[Chunk]) -> Iterator[Chunk]:
    for number, file in enumerate(files):
        for chunk in split_file(number, file.path):
            pending.append(chunk)
            yield chunk


def check_places(source: Path, out: Path) -> None:
    """Refuse an output that exists, lies inside the data or has no folder to stand in."""
    if out.exists() or out.is_symlink():
        raise CallgateError(f"{out}: exists already; nothing is overwritten")
    if not out.parent.is_dir():
        raise CallgateError(f"{out.parent}: no such folder")
    if source.is_dir():
        if source.resolve() in out.resolve().parents:
            raise CallgateError(f"{out}: lies inside the data {source}")
    elif out.suffix != source.suffix:
        raise CallgateError(f"{out}: the data is a file, so the output must be a {source.suffix}")
    else:
        for path in side_files(out):
            if path.exists():
                raise CallgateError(f"{path}: exists already; nothing is overwritten")


def check_rejects(rejects: Path, out: Path) -> None:
    """Refuse a file for rejected lines that exists, has no folder, or is part of the output."""
    if rejects.exists() or rejects.is_symlink():
        raise CallgateError(f"{rejects}: exists already; nothing is overwritten")
    if not rejects.parent.is_dir():
        raise CallgateError(f"{rejects.parent}: no such folder")
    place = rejects.resolve()
    if place in (out.resolve(), *(path.resolve() for path in side_files(out))):
        raise CallgateError(f"{rejects}: is where the result goes")


def side_files(out: Path) -> tuple[Path, Path]:
    """Return where the change log and the manifest of an output file stand."""
    return out.with_suffix(".changes.jsonl"), out.with_suffix(".manifest.json")


@contextmanager
def _scratch_folder(out: Path) -> Iterator[Path]:
    """Yield a new folder beside `out`, gone afterwards whatever happens, unless it was renamed."""
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        umask = os.umask(0)
        os.umask(umask)
        folder.chmod(0o777 & ~umask)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open_synced(path: Path, stack: ExitStack) -> BinaryIO:
    file = stack.enter_context(path.open("wb"))
    stack.callback(_sync, file)
    return file


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _move_all(moves: list[tuple[Path, Path]]) -> None:
    """Rename files, the last of them last; when one fails, those before it are taken away."""
    done: list[Path] = []
    try:
        for source, target in moves:
            source.rename(target)
            done.append(target)
    except BaseException:
        for target in done:
            target.unlink(missing_ok=True)
        raise


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
    with _scratch_folder(out) as folder:
        written = [folder / file.path.name for file in files]
        log, manifest_path = folder / "changes.jsonl", folder / "manifest.json"
        with ExitStack() as stack:
            outputs = [_open_synced(path, stack) for path in written]
            manifest = run(outputs, _open_synced(log, stack), sets_aside=rejects is not None)
        _fail_on_remains(files, written, settings)
        if rejects is not None and manifest.rejected:
            write_rejects(rejects, files, [file.rejected for file in manifest.files])
        write_atomic(manifest_path, _json(manifest))
        if source.is_dir():
            folder.rename(out)
            return Cleaned(manifest, tuple(out / path.name for path in written), out / log.name)
        log_out, manifest_out = side_files(out)
        # Where the data is, its log and its manifest are too.
        _move_all([(log, log_out), (manifest_path, manifest_out), (written[0], out)])
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
    writer = _Writer(files, outputs, log, _Repeats(settings, files) if keyed else None, show)
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
