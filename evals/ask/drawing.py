"""Choosing tokens: the likeliest, or drawn with random numbers that belong to one answer alone.

A drawn token is the largest of the logits with noise added, and the noise follows from the answer
and from how many tokens it has. So an answer is the same whatever is computed beside it, whichever
worker computes it, and whether or not its tokens were guessed before.
"""

import hashlib
from typing import TYPE_CHECKING, NamedTuple, Protocol

from .answer import Sampling

if TYPE_CHECKING:
    from collections.abc import Sequence

    import mlx.core as mx


class Place(NamedTuple):
    """Where a token goes: the key of its answer, and how many tokens that has already."""

    key: str
    tokens: int


class Chooser(Protocol):
    """Chooses a token after each that was read."""

    def __call__(self, logits: "mx.array", places: "Sequence[Place | None]", /) -> "mx.array":
        """Return token ids (rows, width) for logits (rows, width, vocabulary).

        A place is that of the first token of its row; None for a row that nobody continues.
        """


def likeliest(logits: "mx.array", places: "Sequence[Place | None]") -> "mx.array":
    """Choose greedily."""
    import mlx.core as mx

    del places
    return mx.argmax(logits, axis=-1)


def random_words(place: Place) -> tuple[int, int]:
    """Return the two 32-bit words that seed the noise of one token."""
    digest = hashlib.sha256(f"{place.key}/{place.tokens}".encode()).digest()
    return int.from_bytes(digest[:4]), int.from_bytes(digest[4:8])


class Drawing:
    """Draws from the softmax at a temperature, of the likeliest tokens only where top_p says so."""

    def __init__(self, sampling: Sampling) -> None:
        self._temperature = sampling.temperature
        self._top_p = sampling.top_p

    def __call__(self, logits: "mx.array", places: "Sequence[Place | None]") -> "mx.array":
        """Draw a token after each that was read."""
        import mlx.core as mx
        from mlx_lm.sample_utils import apply_top_p

        width = logits.shape[1]
        words = [
            [(0, 0)] * width
            if place is None
            else [random_words(Place(place.key, place.tokens + more)) for more in range(width)]
            for place in places
        ]
        logits = logits.astype(mx.float32)
        if self._top_p < 1:
            logits = apply_top_p(logits - mx.logsumexp(logits, axis=-1, keepdims=True), self._top_p)

        def draw(row: "mx.array", key: "mx.array") -> "mx.array":
            return mx.random.categorical(row, key=key)

        rows: mx.array = mx.vmap(mx.vmap(draw))(
            logits * (1 / self._temperature), mx.array(words, mx.uint32)
        )
        return rows


def chooser(sampling: Sampling) -> Chooser:
    """Return what chooses tokens under these settings."""
    return Drawing(sampling) if sampling.draws else likeliest
