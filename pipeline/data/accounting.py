"""Writing repaired rows and the change log, so that no row vanishes uncounted."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt
import orjson

from .chunks import BYTE_ORDER_MARK, Chunk, Problem, read_bytes, split_lines
from .data_set import DataFile
from .repair import Change, Repaired, change_record, edits_of
from .rows import Place, read_row
from .scan import PROBLEMS_KEPT
from .seen import SeenKeys

if TYPE_CHECKING:
    from .fixers.fixer import Edit

DUPLICATE = "a row that stands in the file already"
LEAKED = "a held-out row that an earlier file has"


@dataclass
class FileCount:
    """What became of the rows of one file so far."""

    lines_in: int = 0
    rows_out: int = 0
    changed: int = 0
    rejected: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


class RepeatedRows:
    """Which of the rows to be written repeat others."""

    def __init__(self, fixers: frozenset[str], files: list[DataFile]) -> None:
        self.duplicates = "duplicates" in fixers
        self.leakage = "leakage" in fixers
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


class RowWriter:
    """Writes what the repairer returns, and the change log, counting every row."""

    def __init__(
        self,
        files: list[DataFile],
        outputs: list[BinaryIO],
        log: BinaryIO,
        repeats: RepeatedRows | None,
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
