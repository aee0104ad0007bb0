"""Decoding in lanes: batches that compute beside each other, one core each.

MLX computes a CPU stream on one thread, so a second core is used only by a second stream. Both
streams work at once only when their steps are evaluated together: an evaluation of its own keeps
the next one from starting until it is nearly done.
"""

import ctypes
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.model.blas import thread_count, use_fast_blas

from .drawing import Chooser, Place
from .guess import WIDTHS, Guesser, best_width
from .row_cache import RowCache

if TYPE_CHECKING:
    import mlx.core as mx
    from mlx import nn

# What one lane reads of prompts in one go; more of it needs more memory, not less time.
TOKENS_AT_ONCE = 2048
PROMPTS_AT_ONCE = 8


@dataclass(eq=False)
class Continuation:
    """A prompt that is continued; `cache` holds the first `held` of its `tokens`.

    `key` is that of the answer.
    """

    key: str
    tokens: list[int]
    prompt_tokens: int
    limit: int
    cache: list[Any]
    held: int
    guess: list[int] = field(default_factory=list)
    guesser: Guesser = field(default_factory=Guesser)

    @property
    def token_ids(self) -> list[int]:
        """What was generated so far, a stop token included."""
        return self.tokens[self.prompt_tokens :]

    @property
    def place(self) -> Place:
        """Where the next token goes."""
        return Place(self.key, len(self.tokens) - self.prompt_tokens)

    @property
    def left(self) -> int:
        """How many tokens may still be generated."""
        return self.limit - (len(self.tokens) - self.prompt_tokens)

    def make_guess(self) -> None:
        """Guess what follows, so that a step can read it."""
        self.guess = self.guesser.guess(self.tokens, min(WIDTHS[-1], self.left) - 1)

    def accept(self, said: Sequence[int], stop_tokens: set[int]) -> bool:
        """Take in what the model said after the last token and each guessed one that was read.

        Returns whether this ends the answer.
        """
        right = 0
        for guessed, token in zip(self.guess, said, strict=False):
            self.guesser.learn(guessed == token)
            if guessed != token:
                break
            right += 1
        for token in said[: right + 1]:
            self.held += 1
            self.tokens.append(token)
            if token in stop_tokens or self.left == 0:
                return True
        return False


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

    def __init__(self, model: "nn.Module", choose: Chooser, stream: "mx.Stream") -> None:
        self.stream = stream
        self.rows: list[Continuation | None] = []  # None: finished, its place not yet given up
        self.said: Any = None  # an array: what the model says after each token that it reads
        self._model = model
        self._choose = choose
        self._cache: list[Any] = []
        self._wasted = 0

    @property
    def living(self) -> list[Continuation]:
        """The rows that are not finished."""
        return [row for row in self.rows if row is not None]

    @property
    def takes_back(self) -> bool:
        """Whether tokens that were read can be taken back."""
        return all(isinstance(layer, RowCache) for layer in self._cache)

    def admit(self, new: Sequence[Continuation]) -> list[object]:
        """Read the prompts up to their last tokens and take them in; return what to evaluate."""
        import mlx.core as mx
        from mlx_lm.models.cache import KVCache

        layers = list(zip(*(row.cache for row in new), strict=True))
        own_rows = all(type(layer[0]) is KVCache for layer in layers)
        cache = [(RowCache if own_rows else layer[0]).merge(layer) for layer in layers]
        rest = [row.tokens[row.held : -1] for row in new]
        longest = max(map(len, rest))
        lengths = [len(tokens) for tokens in rest]
        padding = [longest - length for length in lengths]
        if any(padding):
            for layer in cache:
                layer.prepare(lengths=lengths, right_padding=padding)
        padded = mx.array([tokens + [0] * (longest - len(tokens)) for tokens in rest], mx.int32)
        width = max(1, TOKENS_AT_ONCE // len(new))
        for start in range(0, longest, width):
            self._model(padded[:, start : start + width], cache=cache)
        if any(padding):
            for layer in cache:
                layer.finalize()
        for row in new:
            row.held, row.cache = len(row.tokens) - 1, []
        self._give_up_places()
        if self.rows:
            for layer, other in zip(self._cache, cache, strict=True):
                layer.extend(other)
        else:
            self._cache = cache
        self.rows.extend(new)
        return [layer.state for layer in self._cache]

    def start(self, width: int) -> None:
        """Queue a step that reads the last token of every row and guesses up to `width`."""
        import mlx.core as mx

        # Giving up a place copies the cache, about one step's work.
        if self._wasted >= len(self.rows):
            self._give_up_places()
        self._wasted += len(self.rows) - len(self.living)
        read = []
        for row in self.rows:
            tokens = [] if row is None else [row.tokens[-1], *row.guess][:width]
            read.append(tokens + [0] * (width - len(tokens)))
        places = [None if row is None else row.place for row in self.rows]
        self.said = self._choose(self._model(mx.array(read), cache=self._cache), places)

    def finish(self, stop_tokens: set[int]) -> list[Continuation]:
        """Take in what the step said; return the rows that it ended, with their caches."""
        rows = zip(self.rows, self.said.tolist(), strict=True)
        ended = [
            place
            for place, (row, said) in enumerate(rows)
            if row is not None and row.accept(said, stop_tokens)
        ]
        if self.takes_back:
            held = [0 if row is None else row.held for row in self.rows]
            for layer in self._cache:
                layer.set_lengths(held)
        continuations = []
        for place in ended:
            row = self.rows[place]
            assert row is not None
            row.cache = [layer.extract(place) for layer in self._cache]
            continuations.append(row)
            self.rows[place] = None
        return continuations

    def _give_up_places(self) -> None:
        self._wasted = 0
        keep = [place for place, row in enumerate(self.rows) if row is not None]
        if len(keep) == len(self.rows):
            return
        self.rows = [self.rows[place] for place in keep]
        if keep:
            for layer in self._cache:
                layer.filter(keep)
        else:
            self._cache = []


class Decoder:
    """Continues prompts, `batch` of them at a time."""

    def __init__(
        self,
        model: "nn.Module",
        choose: Chooser,
        stop_tokens: set[int],
        streams: Sequence["mx.Stream"],
        batch: int,
    ) -> None:
        self._lanes = [_Lane(model, choose, stream) for stream in streams]
        self._stop_tokens = stop_tokens
        self._batch_size = batch
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

        free = self._batch_size - sum(len(lane.living) for lane in self._lanes)
        new = [self._waiting.popleft() for _ in range(min(free, len(self._waiting)))]
        # Prompts that are read together are padded to the longest of them.
        new.sort(key=lambda row: len(row.tokens) - row.held)
        for start in range(0, len(new), PROMPTS_AT_ONCE * len(self._lanes)):
            group = new[start : start + PROMPTS_AT_ONCE * len(self._lanes)]
            emptiest = sorted(self._lanes, key=lambda lane: len(lane.living))
            states = []
            for place, lane in enumerate(emptiest):
                if own := group[place :: len(emptiest)]:
                    with mx.stream(lane.stream):
                        states.append(lane.admit(own))
            mx.eval(states)

    def step(self) -> tuple[int, list[Continuation]] | None:
        """Generate at least a token of each continuation: how many in all, and those that ended.

        Returns None when nothing is left.
        """
        import mlx.core as mx

        self._admit_waiting()
        running = [lane for lane in self._lanes if lane.living]
        if not running:
            return None
        rows = [row for lane in running for row in lane.living]
        width = 1
        if all(lane.takes_back for lane in running):
            for row in rows:
                row.make_guess()
            trusts = [row.guesser.trust for row in rows if row.guess]
            width = best_width(trusts, len(rows), len(running))
        before = sum(len(row.tokens) for row in rows)
        for lane in running:
            with mx.stream(lane.stream):
                lane.start(width)
        mx.eval([lane.said for lane in running])
        ended: list[Continuation] = []
        for lane in running:
            with mx.stream(lane.stream):
                ended.extend(lane.finish(self._stop_tokens))
        # A copy that is still to be made would keep the cache from being written in place.
        mx.eval([layer.state for row in ended for layer in row.cache])
        return sum(len(row.tokens) for row in rows) - before, ended
