"""Rows that repeat other rows: duplicates, leakage, near duplicates and conflicting twins."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .audit_report import FindingReport
from .findings.finding import ERROR, NOTE, WARNING, Finding
from .keys import CALL_BITS, spoken_text
from .line_index import LineIndex
from .rows import Row
from .sketches import similarity
from .tally import Tally

# From this share of common shingles on, two rows are near duplicates.
NEAR = 0.9
# Pairs are read again to be compared; beyond this many the report says how many were not.
MOST_PAIRS = 5_000
BLOCK = 1 << 16


class Duplicate(Finding):
    """A row that stands in the data once more."""

    id = "duplicate"
    title = "exact duplicates"
    severity = WARNING
    teaches = "a few rows by heart: each copy counts as one more example"
    fixer = "duplicates"


class Leakage(Finding):
    """A held-out row that is also a training row."""

    id = "leakage"
    title = "held-out rows that are also in train"
    severity = ERROR
    teaches = "nothing, but the validation loss looks better than it is"
    fixer = "leakage"


class NearDuplicate(Finding):
    """A row that is nearly another row."""

    id = "near_duplicate"
    title = "near duplicates"
    severity = NOTE
    teaches = "little more than the row it repeats"


class NearLeakage(Finding):
    """A held-out row that is nearly a training row."""

    id = "near_leakage"
    title = "held-out rows that are nearly in train"
    severity = WARNING
    teaches = "nothing, but the validation loss looks better than it is"


class ConflictingTwins(Finding):
    """The same user text with different calls."""

    id = "conflicting_twins"
    title = "the same user text with different calls"
    severity = WARNING
    teaches = "to choose between the calls by chance"


class Pair(NamedTuple):
    """An entry and the earlier entry that it repeats."""

    entry: int
    first: int


def repeated(keys: npt.NDArray[np.unsignedinteger]) -> Iterator[Pair]:
    """Yield, in order, every entry whose key an earlier entry has, with the first of them.

    Entries with key 0 are left out. Beside the keys this holds one sorted copy of them.
    """
    ordered = np.sort(keys)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    again = again[again != 0]
    if not len(again):
        return
    nowhere = np.iinfo(np.uint32).max
    firsts = np.full(len(again), nowhere, dtype=np.uint32)
    for start in range(0, len(keys), BLOCK):
        block = keys[start : start + BLOCK]
        slots = np.minimum(np.searchsorted(again, block), len(again) - 1)
        for offset in np.flatnonzero(again[slots] == block):
            entry, slot = start + int(offset), int(slots[offset])
            if firsts[slot] == nowhere:
                firsts[slot] = entry
            else:
                yield Pair(entry, int(firsts[slot]))


class Repeats:
    """Finds the repeats of a scanned data set; `held_out` says which files are not for training."""

    def __init__(self, index: LineIndex, held_out: list[bool], limit: int, rows: int) -> None:
        self.index = index
        self.held_out = held_out
        self.limit = limit
        self.rows = rows
        self._row_cache: dict[int, Row] = {}

    def _row(self, entry: int) -> Row:
        place = self.index.place(entry)
        if entry not in self._row_cache:
            if len(self._row_cache) > 256:
                self._row_cache.clear()
            self._row_cache[entry] = next(self.index.rows([place]))
        return self._row_cache[entry]

    def _leaks(self, pair: Pair) -> bool:
        """Whether a held-out entry repeats one of an earlier file."""
        one, other = self.index.place(pair.entry), self.index.place(pair.first)
        return one.file != other.file and self.held_out[one.file]

    def _hit(self, tally: Tally, entry: int, marked: str = "user") -> None:
        if len(tally.excerpts) < 3:
            row = self._row(entry)
            turn = next((turn for turn in row.turns if turn.role == marked), row.turns[0])
            tally.hit(row, turn.index, 0, len(turn.text), turn.text)
        else:
            tally.add_place(self.index.place(entry))

    def same_reports(self) -> list[FindingReport]:
        """Return duplicates and leakage alone."""
        duplicate, leak = self._same(self.index.take("same"))
        found: list[tuple[Finding, Tally]] = [(Duplicate(), duplicate), (Leakage(), leak)]
        return [finding.reported(tally, self.rows) for finding, tally in found if tally.count]

    def reports(self) -> list[FindingReport]:
        """Return the findings; the index gives its columns up for them."""
        same = self.index.take("same")
        near, near_leak, near_sentence = self._near(same)
        duplicate, leak = self._same(same)
        del same
        twins = self._twins()
        found: list[tuple[Finding, Tally, str]] = [
            (Duplicate(), duplicate, ""),
            (Leakage(), leak, ""),
            (NearDuplicate(), near, near_sentence),
            (NearLeakage(), near_leak, near_sentence),
            (ConflictingTwins(), twins, ""),
        ]
        return [
            finding.reported(tally, self.rows, sentence=sentence)
            for finding, tally, sentence in found
            if tally.count
        ]

    def _same(self, keys: npt.NDArray[np.uint64]) -> tuple[Tally, Tally]:
        duplicate, leak = Tally(self.limit), Tally(self.limit)
        starts = self.index.file_starts()
        for file, held_out in enumerate(self.held_out):
            begin, end = starts[file], starts[file + 1]
            in_file = keys[begin:end]
            # A copy within a file is a duplicate, also where the row leaks from another file.
            copies = {pair.entry + begin for pair in repeated(in_file)}
            before = _found_before(keys[:begin], in_file)
            for offset in before:
                entry = begin + int(offset)
                if held_out:
                    self._hit(leak, entry)
                else:
                    copies.add(entry)
            for entry in sorted(copies):
                self._hit(duplicate, entry)
        return duplicate, leak

    def _near_pairs(self, same: npt.NDArray[np.uint64]) -> dict[int, int]:
        bands = self.index.take_bands()
        pairs: dict[int, int] = {}
        for column in range(bands.shape[1]):
            for entry, first in repeated(bands[:, column]):
                if same[entry] != same[first]:
                    pairs.setdefault(entry, first)
                if len(pairs) >= MOST_PAIRS:
                    return pairs
        return pairs

    def _near(self, same: npt.NDArray[np.uint64]) -> tuple[Tally, Tally, str]:
        near, leak = Tally(self.limit), Tally(self.limit)
        pairs = self._near_pairs(same)
        for entry, first in sorted(pairs.items()):
            one, other = spoken_text(self._row(entry)), spoken_text(self._row(first))
            if similarity(one, other) >= NEAR:
                self._hit(leak if self._leaks(Pair(entry, first)) else near, entry)
        whole = len(pairs) < MOST_PAIRS
        return near, leak, "" if whole else f"{MOST_PAIRS} likely pairs were compared, no more"

    def _twins(self) -> Tally:
        tally = Tally(self.limit)
        keys = self.index.take("twin")
        conflicting = _conflicting(keys)
        for start in range(0, len(keys) if len(conflicting) else 0, BLOCK):
            block = keys[start : start + BLOCK] >> np.uint64(CALL_BITS)
            for offset in np.flatnonzero(np.isin(block, conflicting)):
                self._hit(tally, start + int(offset))
        return tally


def _found_before(
    earlier: npt.NDArray[np.uint64], keys: npt.NDArray[np.uint64]
) -> npt.NDArray[np.intp]:
    """Return the positions of the keys, other than 0, that earlier files have too."""
    if not len(earlier):
        return np.zeros(0, dtype=np.intp)
    ordered = np.sort(earlier)
    found: list[npt.NDArray[np.intp]] = []
    for start in range(0, len(keys), BLOCK):
        block = keys[start : start + BLOCK]
        slots = np.minimum(np.searchsorted(ordered, block), len(ordered) - 1)
        found.append(np.flatnonzero((ordered[slots] == block) & (block != 0)) + start)
    return np.concatenate(found)


def _conflicting(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return the high bits of twin keys that stand beside different low bits."""
    ordered = np.sort(keys)
    found: list[npt.NDArray[np.uint64]] = []
    for start in range(0, len(ordered), BLOCK):
        # One entry more, so that no two neighbours are missed between blocks.
        block = ordered[start : start + BLOCK + 1]
        said = block >> np.uint64(CALL_BITS)
        differs = (said[1:] == said[:-1]) & (block[1:] != block[:-1]) & (said[1:] != 0)
        found.append(np.unique(said[1:][differs]))
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.uint64)
