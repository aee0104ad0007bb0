"""MinHash sketches of texts, many at a time, in eight bytes each.

A sketch of datasketch keeps 128 numbers and its index a Python object for each band: more than a
kilobyte a row, where the audit may spend 32 bytes. Here each band is folded into four bytes, and
what the bands bring together is compared in full afterwards.
"""

import numpy as np
import numpy.typing as npt

BANDS = 2
ROWS_OF_BAND = 8
# Texts of which one in this many shingles is looked at; a shingle is eight characters.
SAMPLING = 8
SHINGLE = 8
BLOCK_BYTES = 1 << 17

Words = npt.NDArray[np.uint64]
Bands = npt.NDArray[np.uint32]

_random = np.random.Generator(np.random.PCG64(57))
_MULTIPLIERS = _random.integers(1, 2**63, BANDS * ROWS_OF_BAND, dtype=np.uint64) * np.uint64(2) + (
    np.uint64(1)
)
_FOLDING = _random.integers(1, 2**63, ROWS_OF_BAND, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_MIX = np.uint64(0x9E3779B97F4A7C15)


# Small letters and digits stay, capitals become small, whatever else ASCII has becomes a space; the
# byte 0 stays, as it stands between texts.
_NORMAL = bytes(
    (ord(chr(code).lower()) if chr(code).isalnum() else 0x20) if 0 < code < 128 else code
    for code in range(256)
)


def shingles(text: bytes) -> Words:
    """Return a hash of every eight characters in a row of a text, normalised.

    Normalised: no case, and every run of other characters than letters and digits is one space.
    """
    normal = np.frombuffer(text.translate(_NORMAL), dtype=np.uint8)
    return _windows(_squeezed(normal))


def _squeezed(normal: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    spaces = normal == 0x20
    keep = ~spaces
    keep[1:] |= keep[:-1].copy() & spaces[1:] if len(keep) else keep[1:]
    kept: npt.NDArray[np.uint8] = normal[keep]
    return kept


def _windows(normal: npt.NDArray[np.uint8]) -> Words:
    if len(normal) < SHINGLE:
        return np.zeros(0, dtype=np.uint64)
    two = normal[:-1].astype(np.uint64) | (normal[1:].astype(np.uint64) << np.uint64(8))
    four = two[:-2] | (two[2:] << np.uint64(16))
    eight: Words = four[:-4] | (four[4:] << np.uint64(32))
    eight *= _MIX
    eight ^= eight >> np.uint64(29)
    return eight


def _sketch_block(texts: list[bytes]) -> Bands:
    # Texts are told apart by a run that belongs to no shingle: windows over it are left out below.
    joined = (b"\x00".join(texts) + b"\x00").translate(_NORMAL)
    normal = _squeezed(np.frombuffer(joined, dtype=np.uint8))
    hashes = _windows(normal)
    ends = np.flatnonzero(normal == 0)
    bands = np.zeros((len(texts), BANDS), dtype=np.uint32)
    if not len(hashes):
        return bands
    chosen = (hashes & np.uint64(SAMPLING - 1)) == 0
    # A window that begins less than eight characters before an end runs over it.
    for before in range(SHINGLE):
        over = ends - before
        chosen[over[(over >= 0) & (over < len(chosen))]] = False
    positions = np.flatnonzero(chosen)
    hashes = hashes[positions]
    owner = np.searchsorted(ends, positions)
    if not len(hashes):
        return bands
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    owners = owner[starts]
    for band in range(BANDS):
        folded = np.zeros(len(starts), dtype=np.uint64)
        for number in range(ROWS_OF_BAND):
            least = np.minimum.reduceat(hashes * _MULTIPLIERS[band * ROWS_OF_BAND + number], starts)
            folded += least * _FOLDING[number]
        bands[owners, band] = np.maximum(folded >> np.uint64(32), np.uint64(1)).astype(np.uint32)
    return bands


def sketch(texts: list[bytes]) -> Bands:
    """Return the bands of each text, shape (texts, BANDS); 0 for a text too short to have any."""
    parts: list[Bands] = []
    block: list[bytes] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= BLOCK_BYTES:
            parts.append(_sketch_block(block))
            block, size = [], 0
    if block:
        parts.append(_sketch_block(block))
    return np.concatenate(parts) if parts else np.zeros((0, BANDS), dtype=np.uint32)


def similarity(one: bytes, other: bytes) -> float:
    """Return the share of shingles that two texts have in common, from 0 to 1."""
    left, right = np.unique(shingles(one)), np.unique(shingles(other))
    if not len(left) or not len(right):
        return float(one == other)
    common = len(np.intersect1d(left, right, assume_unique=True))
    return common / (len(left) + len(right) - common)
