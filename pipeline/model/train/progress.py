"""What a person sees while a training runs: a bar on a terminal, now and then a line in a log."""

import sys
import time
from types import TracebackType
from typing import Any, NamedTuple

_SECONDS_BETWEEN_LINES = 30.0
_ITERATIONS_BEFORE_AN_ESTIMATE = 10
# An estimate that was so many times too long is taken back: on CUDA the first iterations compile.
_MISLEADING = 1.5


class Reached(NamedTuple):
    """How far a training is: iterations, tokens read, seconds of training."""

    iteration: int
    tokens: int
    seconds: float


class TrainingProgress:
    """Shows iterations, loss, speed and time left on standard error; nothing when not `shown`.

    Time is estimated by the tokens that are left, since batches differ in length.
    """

    def __init__(self, begun: Reached, iterations: int, tokens: int, *, shown: bool) -> None:
        self._measured_from = self._last = self._begun = begun
        self._iterations, self._tokens = iterations, tokens
        self._shown = shown
        self._said: float | None = None
        self._estimate: float | None = None
        self._bar: Any = None

    def __enter__(self) -> "TrainingProgress":
        if self._shown and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("training"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.description}"),
                console=Console(stderr=True),
            )
            self._bar.add_task("", total=self._iterations, completed=self._begun.iteration)
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, sentence: str) -> None:
        """Print a sentence above the bar."""
        if self._bar is not None:
            self._bar.console.print(sentence, markup=False, highlight=False)
        elif self._shown:
            print(sentence, file=sys.stderr, flush=True)

    def report(self, reached: Reached, loss: float) -> None:
        """Take note of a report of the trainer."""
        speed = (reached.tokens - self._last.tokens) / (reached.seconds - self._last.seconds)
        spent = reached.seconds - self._measured_from.seconds
        read = reached.tokens - self._measured_from.tokens
        left = spent / read * (self._tokens - reached.tokens)
        if self._measured_from is self._begun:
            # What is compiled is compiled by now: from here on the speed is that of the rest.
            self._measured_from = reached
        self._last = reached
        self._say_estimate(reached, reached.seconds + left)
        text = f"loss {loss:.3f}, {speed:.0f} tokens/s, {duration(left)} left"
        if self._bar is not None:
            completed = reached.iteration
            self._bar.update(self._bar.task_ids[0], completed=completed, description=text)
        elif self._is_time(reached.iteration):
            self._said = time.monotonic()
            self.say(f"training: iteration {reached.iteration}/{self._iterations}, {text}")

    def _say_estimate(self, reached: Reached, seconds: float) -> None:
        done = reached.iteration - self._begun.iteration
        if done < _ITERATIONS_BEFORE_AN_ESTIMATE:
            return
        if self._estimate is None or seconds * _MISLEADING < self._estimate:
            self._estimate = seconds
            self.say(
                f"estimated after {done} iterations: {duration(seconds)} for all "
                f"{self._iterations}, validation apart"
            )

    def _is_time(self, iteration: int) -> bool:
        if self._said is None or iteration == self._iterations:
            return True
        return time.monotonic() - self._said > _SECONDS_BETWEEN_LINES


def duration(seconds: float) -> str:
    """Return seconds as a person says them: `45 s`, `12 min`, `3 h 05 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
