"""Repairing the rows of one piece of a file: pure, but for reading the piece."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from .chunks import Chunk, Problem, plain_line, read_bytes, read_rows, without_collection
from .fixers import Dropped, Fixer
from .fixers.fixer import Edit
from .keys import same_key
from .rows import Row


class Change(NamedTuple):
    """A row that a fixer touched: its line within the piece, from 0, and the record of it.

    `record` is the end of a line of changes.jsonl, from the key `dropped` on.
    """

    line: int
    fixers: tuple[str, ...]
    dropped: str | None
    record: bytes


class Repaired(NamedTuple):
    """A piece put right: the lines to be written, where each came from, and its key."""

    lines_in: int
    lines: list[bytes]
    numbers: npt.NDArray[np.uint32]
    keys: npt.NDArray[np.uint64]
    changes: list[Change]
    problems: list[Problem]
    problem_count: int


def change_record(dropped: str | None, edits: list[tuple[str, Edit]], row: Row | None) -> bytes:
    """Return the end of a line of changes.jsonl."""
    body: dict[str, Any] = {
        "dropped": dropped,
        "edits": [
            {"fixer": fixer, "turn": edit.turn, "before": edit.before, "after": edit.after}
            for fixer, edit in edits
        ],
        "before": row.data if row is not None and dropped is not None else None,
    }
    return orjson.dumps(body)[1:]


def edits_of(change: Change) -> list[tuple[str, Edit]]:
    """Return the edits of a change, each with its fixer."""
    read = orjson.loads(b"{" + change.record)["edits"]
    return [(edit["fixer"], Edit(edit["turn"], edit["before"], edit["after"])) for edit in read]


def written(row: Row, line: bytes, edits: list[tuple[str, Edit]]) -> bytes:
    """Return the changed row as a line, every byte but the changed texts as it came.

    Where the old text cannot be found once and only once, the row is written anew.
    """
    for _, edit in edits:
        if len(edit.before) != 1 or len(edit.after) != 1:
            return orjson.dumps(row.data)
        (before,), (after,) = edit.before, edit.after
        for key in before:
            if before[key] == after.get(key):
                continue
            old, new = orjson.dumps(before[key]), orjson.dumps(after.get(key))
            if line.count(old) != 1:
                return orjson.dumps(row.data)
            line = line.replace(old, new)
    # The old text may have stood elsewhere, and its own place have been spelled otherwise.
    return line if orjson.loads(line) == row.data else orjson.dumps(row.data)


class Repairer:
    """Applies fixers, in order, to every row of a piece."""

    def __init__(self, fixers: tuple[Fixer, ...], *, keyed: bool) -> None:
        self.fixers = fixers
        self.keyed = keyed

    def repair(
        self, row: Row, first: int = 0
    ) -> tuple[Row | Dropped, list[tuple[str, Edit]], tuple[str, ...]]:
        """Return the row put right or dropped, with what was done and by which fixers.

        `first` says how many fixers have been found to have nothing to do.
        """
        edits: list[tuple[str, Edit]] = []
        names: list[str] = []
        for fixer in self.fixers[first:]:
            outcome = fixer.fix(row)
            if outcome is None:
                continue
            names.append(fixer.id)
            if isinstance(outcome, Dropped):
                return outcome, edits, tuple(names)
            row = outcome.row
            edits.extend((fixer.id, edit) for edit in outcome.edits)
        return row, edits, tuple(names)

    def __call__(self, chunk: Chunk) -> Repaired:
        """Repair a piece; lines that are no rows come back as problems."""
        with without_collection():
            return self._repair_all(chunk)

    def _repair_all(self, chunk: Chunk) -> Repaired:
        lines: list[bytes] = []
        numbers: list[int] = []
        keys: list[int] = []
        changes: list[Change] = []
        problems: list[Problem] = []
        fixes = [(number, fixer.fix) for number, fixer in enumerate(self.fixers)]
        count = 0
        keyed = self.keyed
        for row in read_rows(chunk, b"" if chunk.too_long else read_bytes(chunk)):
            count += 1
            if isinstance(row, Problem):
                problems.append(row)
                continue
            line = row.line_bytes
            if line[-1] == 13 or line[0] == 0xEF:
                line = plain_line(line)
            for number, fix in fixes:
                if fix(row) is not None:
                    fixed, edits, names = self.repair(row, number)
                    if isinstance(fixed, Dropped):
                        record = change_record(fixed.reason, edits, row)
                        changes.append(Change(row.place.line, names, fixed.reason, record))
                        line = b""
                    else:
                        record = change_record(None, edits, None)
                        changes.append(Change(row.place.line, names, None, record))
                        line = written(fixed, line, edits)
                        row = fixed
                    break
            if line:
                lines.append(line)
                numbers.append(count - 1)
                if keyed:
                    keys.append(same_key(row))
        return Repaired(
            count,
            lines,
            np.array(numbers, dtype=np.uint32),
            np.array(keys, dtype=np.uint64),
            changes,
            problems,
            len(problems),
        )
