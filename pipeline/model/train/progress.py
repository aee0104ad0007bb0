"""What a person sees while a training runs: a bar on a terminal, now and then a line in a log."""

import sys
import time
from types import TracebackType
from typing import Any

_SECONDS_BETWEEN_LINES = 30.0


class TrainingProgress:
    """Shows iterations, loss, speed and time left on standard error; nothing when not `shown`."""

    def __init__(self, iterations: int, done: int, *, shown: bool) -> None:
        self._iterations, self._done, self._before = iterations, done, done
        self._shown = shown
        self._started = self._said = time.monotonic()
        self._loss: float | None = None
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
            self._bar.add_task("", total=self._iterations, completed=self._done)
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

    def report(self, iteration: int, loss: float, tokens_a_second: float) -> None:
        """Take note of a report of the trainer."""
        first = self._done == self._before
        self._done = iteration
        now = time.monotonic()
        left = (now - self._started) / (iteration - self._before) * (self._iterations - iteration)
        text = f"loss {loss:.3f}, {tokens_a_second:.0f} tokens/s, {duration(left)} left"
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=iteration, description=text)
        elif first or iteration == self._iterations or now - self._said > _SECONDS_BETWEEN_LINES:
            self._said = now
            self.say(f"training: iteration {iteration}/{self._iterations}, {text}")


def duration(seconds: float) -> str:
    """Return seconds as a person says them: `45 s`, `12 min`, `3 h 05 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
