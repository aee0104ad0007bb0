"""Greedy decoding in lanes: batches that compute beside each other, one core each.

MLX computes a CPU stream on one thread, so a second core is used only by a second stream. Both
streams work at once only when their steps are evaluated together: an evaluation of its own keeps
the next one from starting until it is nearly done.
"""

import ctypes
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.model.blas import thread_count, use_fast_blas

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn

# What one lane reads of prompts in one go; more of it needs more memory, not less time.
TOKENS_AT_ONCE = 2048
PROMPTS_AT_ONCE = 8


@dataclass(eq=False)
class Continuation:
    """A prompt that is continued token by token; `cache` holds the tokens of `read`."""

    prompt: list[int]
    limit: int
    cache: list[Any]
    read: list[int]

    @property
    def token_ids(self) -> list[int]:
        """What was generated so far, a stop token included."""
        return self.read[len(self.prompt) :]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let OpenBLAS compute on the calling thread only, where OpenBLAS computes at all.

    Its threads wait for each other at every product, so that one other busy process on the
    machine makes them ten times slower than a single thread.
    """
    library, before = use_fast_blas(), thread_count()
    if library is None or before is None:
        yield
        return
    openblas = ctypes.CDLL(str(library))
    openblas.openblas_set_num_threads(1)
    try:
        yield
    finally:
        openblas.openblas_set_num_threads(before)


class _Lane:
    """One batch on one stream."""

    def __init__(self, model: "nn.Module", stream: "mx.Stream") -> None:
        self.stream = stream
        self.rows: list[Continuation | None] = []  # None: finished, its place not yet given up
        self._model = model
        self._cache: list[Any] = []
        self.tokens: Any = None  # an array: what every row reads next
        self._wasted = 0

    @property
    def living(self) -> int:
        """How many rows are not finished."""
        return sum(row is not None for row in self.rows)

    def admit(self, new: Sequence[Continuation]) -> list[object]:
        """Read the prompts up to their last tokens and take them in; return what to evaluate."""
        import mlx.core as mx

        cache = [layers[0].merge(layers) for layers in zip(*(c.cache for c in new), strict=True)]
        rest = [row.prompt[len(row.read) : -1] for row in new]
        longest = max(map(len, rest))
        for layer in cache:
            layer.prepare(
                lengths=[len(tokens) for tokens in rest],
                right_padding=[longest - len(tokens) for tokens in rest],
            )
        padded = mx.array([tokens + [0] * (longest - len(tokens)) for tokens in rest], mx.int32)
        width = max(1, TOKENS_AT_ONCE // len(new))
        for start in range(0, longest, width):
            self._model(padded[:, start : start + width], cache=cache)
        for layer in cache:
            layer.finalize()
        last = mx.array([row.prompt[-1] for row in new])
        for row in new:
            row.read, row.cache = row.prompt[:-1], []
        self._give_up_places()
        if self.rows:
            for layer, other in zip(self._cache, cache, strict=True):
                layer.extend(other)
            last = mx.concatenate([self.tokens, last])
        else:
            self._cache = cache
        self.rows.extend(new)
        self.tokens = last
        return [layer.state for layer in self._cache]

    def step(self) -> Any:  # noqa: ANN401 - an array of tokens
        """Queue the next token of every row; return the tokens that this reads."""
        import mlx.core as mx

        # Giving up a place copies the cache, about one step's work.
        if self._wasted >= len(self.rows):
            self._give_up_places()
        self._wasted += len(self.rows) - self.living
        inputs = self.tokens
        self.tokens = mx.argmax(self._model(inputs[:, None], cache=self._cache)[:, -1], axis=-1)
        return inputs

    def finish(self, place: int) -> Continuation:
        """Take a row out; its cache goes with it."""
        row = self.rows[place]
        assert row is not None
        row.cache = [layer.extract(place) for layer in self._cache]
        self.rows[place] = None
        return row

    def _give_up_places(self) -> None:
        self._wasted = 0
        keep = [place for place, row in enumerate(self.rows) if row is not None]
        if len(keep) == len(self.rows):
            return
        self.rows = [self.rows[place] for place in keep]
        if keep:
            for layer in self._cache:
                layer.filter(keep)
            self.tokens = self.tokens[keep]
        else:
            self._cache = []


class GreedyDecoder:
    """Continues prompts greedily, `batch_size` of them at a time."""

    def __init__(
        self,
        model: "nn.Module",
        stop_tokens: set[int],
        streams: Sequence["mx.Stream"],
        batch_size: int,
    ) -> None:
        self._lanes = [_Lane(model, stream) for stream in streams]
        self._stop_tokens = stop_tokens
        self._batch_size = batch_size
        self._waiting: deque[Continuation] = deque()

    def add(self, continuation: Continuation) -> None:
        """Queue a prompt for the next free place."""
        self._waiting.append(continuation)

    def close(self) -> None:
        """Wait for what was queued."""
        import mlx.core as mx

        for lane in self._lanes:
            mx.synchronize(lane.stream)

    def _admit_waiting(self) -> None:
        import mlx.core as mx

        free = self._batch_size - sum(lane.living for lane in self._lanes)
        new = [self._waiting.popleft() for _ in range(min(free, len(self._waiting)))]
        # Prompts that are read together are padded to the longest of them.
        new.sort(key=lambda row: len(row.prompt) - len(row.read))
        for start in range(0, len(new), PROMPTS_AT_ONCE * len(self._lanes)):
            group = new[start : start + PROMPTS_AT_ONCE * len(self._lanes)]
            emptiest = sorted(self._lanes, key=lambda lane: lane.living)
            states = []
            for place, lane in enumerate(emptiest):
                if own := group[place :: len(emptiest)]:
                    with mx.stream(lane.stream):
                        states.append(lane.admit(own))
            mx.eval(states)

    def step(self) -> tuple[int, list[Continuation]] | None:
        """Generate a token of every running continuation: how many, and those that finished.

        Returns None when nothing is left.
        """
        import mlx.core as mx

        self._admit_waiting()
        running = [lane for lane in self._lanes if lane.living]
        if not running:
            return None
        inputs = []
        for lane in running:
            with mx.stream(lane.stream):
                inputs.append(lane.step())
        mx.async_eval([lane.tokens for lane in running])  # type: ignore[no-untyped-call]
        generated, finished = 0, []
        for lane, tokens in zip(running, inputs, strict=True):
            for place, (row, token) in enumerate(zip(lane.rows, tokens.tolist(), strict=True)):
                if row is None:
                    continue
                row.read.append(token)
                if len(row.read) == len(row.prompt):
                    continue
                generated += 1
                if token in self._stop_tokens or len(row.token_ids) >= row.limit:
                    with mx.stream(lane.stream):
                        finished.append(lane.finish(place))
        return generated, finished
