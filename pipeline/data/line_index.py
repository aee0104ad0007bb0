"""An index of the lines of a data set: their keys, and where to find a line again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from .chunks import BYTE_ORDER_MARK
from .keys import LineKeys
from .rows import Place, Row, read_row

# The offset of every so manieth line is kept.
STRIDE = 64

Offsets = npt.NDArray[np.uint64]


def offsets_of(content: bytes, start: int) -> Offsets:
    """Return where every STRIDE-th line of a piece begins, as offsets into the file."""
    feeds = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == 10)
    begins = np.concatenate((np.zeros(1, dtype=np.int64), feeds + 1))[::STRIDE]
    return (begins + start).astype(np.uint64)


class LineIndex:
    """Grows by 24 bytes a line while a data set goes by; entries stand in the order of the lines.

    Grouping needs another 4 to 8 bytes a line for a while, after which the index is let go of one
    column at a time: no more than 32 bytes a line at any moment.
    """

    def __init__(self, files: list[Path]) -> None:
        self.files = files
        self.lines = [0] * len(files)
        self._pieces: list[tuple[int, int, Offsets]] = []
        self._columns: dict[str, list[npt.NDArray[Any]]] = {"same": [], "twin": []}
        self._bands: list[npt.NDArray[np.uint32]] = []

    def add(self, file: int, lines: int, keys: LineKeys | None, offsets: Offsets) -> None:
        """Add a piece of a file, in order."""
        self._pieces.append((file, self.lines[file], offsets))
        self.lines[file] += lines
        if keys is not None:
            self._columns["same"].append(keys.same)
            self._columns["twin"].append(keys.twin)
            self._bands.append(keys.bands)

    def take(self, column: str) -> npt.NDArray[np.uint64]:
        """Return a column of keys over all lines, and forget it."""
        parts = self._columns.pop(column)
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)

    def take_bands(self) -> npt.NDArray[np.uint32]:
        """Return the bands over all lines, and forget them."""
        parts, self._bands = self._bands, []
        return np.concatenate(parts) if parts else np.zeros((0, 2), dtype=np.uint32)

    def place(self, entry: int) -> Place:
        """Return where an entry stands."""
        for file, lines in enumerate(self.lines):
            if entry < lines:
                return Place(file, entry + 1)
            entry -= lines
        raise IndexError(entry)

    def file_starts(self) -> list[int]:
        """Return the first entry of each file, and the number of entries."""
        starts = [0]
        for lines in self.lines:
            starts.append(starts[-1] + lines)
        return starts

    def rows(self, places: list[Place]) -> Iterator[Row]:
        """Read rows again, in the order of `places`."""
        for place in places:
            yield self._row(place)

    def _row(self, place: Place) -> Row:
        number = place.line - 1
        low, high = 0, len(self._pieces) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._pieces[middle][:2] <= (place.file, number):
                low = middle
            else:
                high = middle - 1
        _, first, offsets = self._pieces[low]
        step, rest = divmod(number - first, STRIDE)
        with self.files[place.file].open("rb") as file:
            file.seek(int(offsets[step]))
            for _ in range(rest):
                file.readline()
            line = file.readline()
        row = read_row(orjson.loads(line.removeprefix(BYTE_ORDER_MARK)))
        row.place = place
        row.line_bytes = line.removesuffix(b"\n")
        return row
