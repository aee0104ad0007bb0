"""What a finding gathers while the rows go by: counts, the first rows, three excerpts."""

from collections import Counter
from typing import NamedTuple

from .rows import Place, Row

EXCERPTS = 3
CONTEXT = 90


class Excerpt(NamedTuple):
    """A piece of a row: the part that was found, and a little of what stands around it."""

    place: Place
    turn: int
    before: str
    marked: str
    after: str


def _clip_end(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "\u2026"


def _clip_start(text: str, limit: int) -> str:
    return text if len(text) <= limit else "\u2026" + text[1 - limit :]


class Tally:
    """Counts rows; sums up with others, so that parts of a file can be read side by side.

    `counts` holds whatever a finding counts beside rows, by a key of its own. No more than `limit`
    rows are kept by place: the memory must not grow with the data.
    """

    __slots__ = ("_last", "count", "counts", "excerpts", "limit", "places")

    def __init__(self, limit: int = 1000) -> None:
        self.limit = limit
        self.count = 0
        self.places: list[Place] = []
        self.excerpts: list[Excerpt] = []
        self.counts: Counter[str] = Counter()
        self._last: Place | None = None

    def hit(self, row: Row, turn: int = 0, start: int = 0, end: int = 0, text: str = "") -> None:
        """Count a row, once however often it is hit, with `text[start:end]` as its excerpt."""
        if self._last == row.place:
            return
        self._last = row.place
        self.count += 1
        if len(self.places) < self.limit:
            self.places.append(row.place)
        if len(self.excerpts) < EXCERPTS and text:
            self.excerpts.append(
                Excerpt(
                    row.place,
                    turn,
                    _clip_start(text[:start], CONTEXT),
                    _clip_end(text[start:end], 4 * CONTEXT),
                    _clip_end(text[end:], CONTEXT),
                )
            )

    def add_place(self, place: Place) -> None:
        """Count a row that is known by its place alone."""
        self.count += 1
        if len(self.places) < self.limit:
            self.places.append(place)

    def merge(self, other: "Tally", first_line: int) -> None:
        """Add what a later part of the data tallied; its lines count from `first_line`."""
        self.count += other.count
        self.counts.update(other.counts)
        for file, line in other.places[: self.limit - len(self.places)]:
            self.places.append(Place(file, line + first_line))
        for excerpt in other.excerpts[: EXCERPTS - len(self.excerpts)]:
            file, line = excerpt.place
            self.excerpts.append(excerpt._replace(place=Place(file, line + first_line)))
