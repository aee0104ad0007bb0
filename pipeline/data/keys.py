"""The keys by which rows are compared: at most 32 bytes a row, however long the rows are."""

from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson

from .rows import RESPONSE_OPEN, Row, Turn
from .sketches import Bands, sketch

Keys = npt.NDArray[np.uint64]

# The low bits of a twin key say which call is made; the rest what the user said.
CALL_BITS = 24
CALL_MASK = (1 << CALL_BITS) - 1


class LineKeys(NamedTuple):
    """One entry for every line of a piece: 8 bytes for `same`, 8 for `twin`, 8 for `bands`.

    An entry of 0 stands for a line that is no row, or that has nothing to be compared by.
    """

    same: Keys
    twin: Keys
    bands: Bands


def same_key(row: Row) -> int:
    """Return a hash of everything that a row says, whatever the spelling of its JSON: 64 bits."""
    content = orjson.dumps(row.data, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(blake2b(content, digest_size=8).digest()) or 1


def _call_of(turn: Turn) -> str:
    if turn.markup is not None:
        return " ".join(
            (call.code or turn.text[call.start : call.end]).strip() for call in turn.markup.calls
        )
    return orjson.dumps(turn.structured).decode()


def twin_key(row: Row) -> int:
    """Return a hash of the first user text and of the first call after it, 0 without user text.

    Rows with equal high bits say the same to the model; where their low bits differ, they show it
    different calls.
    """
    said = ""
    for turn in row.turns:
        if turn.has_call:
            if not said:
                return 0
            call = (crc32(_call_of(turn).encode("utf-8", "replace")) & CALL_MASK) or 1
            break
        if not said and turn.role == "user" and not turn.text.startswith(RESPONSE_OPEN):
            said = " ".join(turn.text.lower().split())
    else:
        call = 0
    if not said:
        return 0
    digest = blake2b(said.encode("utf-8", "replace"), digest_size=5).digest()
    return (int.from_bytes(digest) << CALL_BITS) | call


def spoken_text(row: Row) -> bytes:
    """Return what near duplicates are compared by: every turn but the system prompt."""
    parts = [turn.text for turn in row.turns if turn.role != "system"]
    parts.extend(orjson.dumps(turn.structured).decode() for turn in row.turns if turn.structured)
    return "\n".join(parts).encode("utf-8", "replace").replace(b"\x00", b" ")


class KeyRing:
    """Gathers the keys of a piece, line by line; `twins` and sketches only where asked for."""

    def __init__(self, *, whole: bool = True) -> None:
        self._whole = whole
        self._same: list[int] = []
        self._twin: list[int] = []
        self._texts: list[bytes] = []

    def add(self, row: Row | None) -> None:
        """Add a line: a row, or None for a line that is none."""
        self._same.append(0 if row is None else same_key(row))
        if self._whole:
            self._twin.append(0 if row is None else twin_key(row))
            self._texts.append(b"" if row is None else spoken_text(row))

    def keys(self) -> LineKeys:
        """Return the keys of all lines added."""
        return LineKeys(
            np.array(self._same, dtype=np.uint64),
            np.array(self._twin, dtype=np.uint64),
            sketch(self._texts),
        )
