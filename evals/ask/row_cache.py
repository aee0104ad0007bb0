"""A batch's keys and values, each row from its own beginning, so that tokens can be taken back.

mlx-lm's batch cache aligns rows at their ends, so all rows grow and shrink by the same number of
tokens. Here a row holds as many as its length says; what stands behind them is masked until it is
overwritten.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx_lm.models.cache import KVCache

# Room is made for this many tokens at a time: making it copies the cache.
ROOM_STEP = 256


class RowCache:
    """The keys and values of one layer; to a model it looks like mlx-lm's `BatchKVCache`."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.keys: mx.array | None = None
        self.values: mx.array | None = None
        self._expected: list[int] = []
        self.set_lengths(lengths)

    @classmethod
    def merge(cls, caches: "Sequence[KVCache]") -> "RowCache":
        """Make a batch of single caches, copying what they hold."""
        import mlx.core as mx

        merged = cls([cache.offset for cache in caches])
        filled = next((cache for cache in caches if cache.offset), None)
        if filled is None:
            return merged
        room = -(-max(merged._lengths) // ROOM_STEP) * ROOM_STEP

        def rows(name: str) -> "mx.array":
            like = getattr(filled, name)
            every = mx.zeros((len(caches), like.shape[1], room, like.shape[3]), like.dtype)
            for row, cache in enumerate(caches):
                if cache.offset:
                    own = getattr(cache, name)[..., : cache.offset, :]
                    every[row : row + 1, :, : cache.offset] = own
            return every

        merged.keys, merged.values = rows("keys"), rows("values")
        return merged

    @property
    def state(self) -> "list[mx.array | None]":
        """What is to be evaluated."""
        return [self.keys, self.values]

    def set_lengths(self, lengths: Sequence[int]) -> None:
        """Keep that many tokens of each row, taking back what was read beyond them."""
        import mlx.core as mx

        self._lengths = list(lengths)
        self.offset = mx.array(self._lengths, mx.int32)

    def prepare(self, lengths: Sequence[int], right_padding: Sequence[int]) -> None:
        """Expect tokens of that many to be read, followed by padding."""
        del right_padding
        self._expected = [held + more for held, more in zip(self._lengths, lengths, strict=True)]

    def finalize(self) -> None:
        """Take back the padding."""
        self.set_lengths(self._expected)

    def update_and_fetch(
        self, keys: "mx.array", values: "mx.array"
    ) -> tuple["mx.array", "mx.array"]:
        """Append keys and values to every row; return all that any row holds."""
        import mlx.core as mx

        width = keys.shape[2]
        needed = max(self._lengths) + width
        places = self.offset[:, None] + mx.arange(width)

        def written(every: "mx.array | None", new: "mx.array") -> "mx.array":
            missing = needed - (0 if every is None else every.shape[2])
            if every is None or missing > 0:
                more = -(-missing // ROOM_STEP) * ROOM_STEP
                empty = mx.zeros((new.shape[0], new.shape[1], more, new.shape[3]), new.dtype)
                every = empty if every is None else mx.concatenate([every, empty], axis=2)
            where = mx.broadcast_to(places[:, None, :, None], new.shape)
            return mx.put_along_axis(every, where, new, axis=2)

        self.keys, self.values = written(self.keys, keys), written(self.values, values)
        self.offset = self.offset + width
        self._lengths = [length + width for length in self._lengths]
        return self.keys[..., :needed, :], self.values[..., :needed, :]

    def make_mask(
        self, width: int, return_array: bool = False, window_size: int | None = None
    ) -> "mx.array":
        """Return which columns each of the next `width` tokens of a row may see."""
        import mlx.core as mx

        del return_array
        columns = mx.arange(max(self._lengths) + width)
        rows = (self.offset[:, None] + mx.arange(width))[:, None, :, None]
        mask = columns <= rows
        return mask if window_size is None else mask & (columns > rows - window_size)

    def extend(self, other: "RowCache") -> None:
        """Take in the rows of another batch."""
        import mlx.core as mx

        def joined(name: str) -> "mx.array | None":
            held = [getattr(cache, name) for cache in (self, other)]
            like = next((part for part in held if part is not None), None)
            if like is None:
                return None
            room, parts = max(0 if part is None else part.shape[2] for part in held), []
            for part, cache in zip(held, (self, other), strict=True):
                if part is None:
                    rows = len(cache._lengths)
                    part = mx.zeros((rows, like.shape[1], room, like.shape[3]), like.dtype)
                missing = room - part.shape[2]
                parts.append(mx.pad(part, [(0, 0), (0, 0), (0, missing), (0, 0)]))
            return mx.concatenate(parts)

        self.keys = joined("keys")
        self.values = joined("values")
        self.offset = mx.concatenate([self.offset, other.offset])
        self._lengths += other._lengths

    def filter(self, keep: Sequence[int]) -> None:
        """Give up all rows but those."""
        import mlx.core as mx

        assert self.keys is not None
        assert self.values is not None
        kept = mx.array(list(keep))
        self.keys, self.values = self.keys[kept], self.values[kept]
        self.set_lengths([self._lengths[row] for row in keep])

    def extract(self, row: int) -> "KVCache":
        """Return what a row holds as a cache of its own."""
        import mlx.core as mx
        from mlx_lm.models.cache import KVCache

        assert self.keys is not None
        assert self.values is not None
        cache, length = KVCache(), self._lengths[row]
        cache.keys = mx.contiguous(self.keys[row : row + 1, :, :length])
        cache.values = mx.contiguous(self.values[row : row + 1, :, :length])
        cache.offset = length
        return cache
