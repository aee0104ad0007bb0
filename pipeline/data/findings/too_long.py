"""Rows that do not fit into the training window."""

from collections.abc import Callable

from ..rows import Row
from ..tally import Tally
from .finding import ERROR, FindingReport, RowFinding

CountTokens = Callable[[Row], int | None]

# What a chat template may write around the turns, in tokens: a default system prompt, role names.
OVERHEAD = 256
OVERHEAD_OF_TURN = 16


class TooLong(RowFinding):
    """A row that is longer than the training window once tokenized."""

    id = "too_long"
    title = "rows longer than the training window"
    severity = ERROR
    teaches = "to stop in the middle: what does not fit is cut off, often the answer itself"

    def __init__(self, count_tokens: CountTokens, window: int) -> None:
        self.count_tokens = count_tokens
        self.window = window

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with more tokens than the window holds.

        A token is at least one byte, so a row with few bytes need not be tokenized.
        """
        if len(row.line_bytes) + OVERHEAD + OVERHEAD_OF_TURN * len(row.turns) <= self.window:
            return
        tokens = self.count_tokens(row)
        if tokens is None:
            tally.counts["rows that the template refuses"] += 1
        elif tokens > self.window:
            tally.counts[f"up to {-(-tokens // 1024)} x 1024 tokens"] += 1
            last = row.turns[-1]
            tally.hit(row, last.index, 0, len(last.text), last.text)

    def report(self, tally: Tally, rows: int) -> list[FindingReport]:
        """Report with the window."""
        if not tally.count:
            return []
        return [self.reported(tally, rows, sentence=f"the window holds {self.window} tokens")]
