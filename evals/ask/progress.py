"""The progress line: cases done, tokens per second, time left."""

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

# On a terminal the line is redrawn; in a log every line stays, so they must be few.
_SECONDS_BETWEEN = {True: 0.5, False: 15.0}


class ProgressLine:
    """Writes one line to standard error, past pytest's capturing.

    `uncaptured` returns the context in which standard error reaches the person.
    """

    def __init__(self, uncaptured: Callable[[], AbstractContextManager[None]]) -> None:
        self._uncaptured = uncaptured
        self._cases = self._done = self._answered_before = self._tokens = 0
        self._started = self._shown = 0.0
        self._terminal = False

    def start(self, cases: int, answered: int, repeats: int = 1) -> None:
        """Begin; each case is asked `repeats` times, and so many askings are answered already."""
        self._cases, self._done, self._answered_before = cases * repeats, answered, answered
        self._tokens = 0
        self._started = time.perf_counter()
        with self._uncaptured():
            self._terminal = sys.stderr.isatty()
            times = f" {repeats} times each" if repeats > 1 else ""
            kept = f", {answered} answered before" if answered else ""
            line = f"\nasking {cases} cases{times}{kept}: loading the model"
            print(line, file=sys.stderr, flush=True)

    def step(self, new_tokens: int) -> None:
        """Take note of tokens that were generated."""
        if not self._tokens:
            # Speed counts from the first token; the first line waits until it can tell one.
            self._started = self._shown = time.perf_counter()
        self._tokens += new_tokens
        if time.perf_counter() - self._shown >= _SECONDS_BETWEEN[self._terminal]:
            self._show("\r" if self._terminal else "\n")

    def case_done(self) -> None:
        """Take note of an asking of a case whose last turn is answered."""
        self._done += 1

    def stop(self) -> None:
        """End, whatever happened."""
        if self._tokens:
            self._show("\n")

    def _show(self, end: str) -> None:
        self._shown = time.perf_counter()
        with self._uncaptured():
            clear = "\r\033[K" if self._terminal else ""
            print(clear + self.line(self._shown), end=end, file=sys.stderr, flush=True)

    def line(self, now: float) -> str:
        """Return the line for a moment in seconds of time.perf_counter()."""
        seconds = max(now - self._started, 1e-9)
        speed = f"{self._tokens / seconds:.0f} tokens/s"
        finished = self._done - self._answered_before
        if finished < 1:
            left = "time left not known yet"
        else:
            left = f"{seconds / finished * (self._cases - self._done):.0f} s left"
        return f"asking: {self._done}/{self._cases} cases, {speed}, {left}"
