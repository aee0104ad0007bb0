"""Rows that end in no assistant turn."""

from ..rows import Row
from ..tally import Tally
from .finding import ERROR, RowFinding


class NoAnswer(RowFinding):
    """A row whose last turn is not the assistant's."""

    id = "no_answer"
    title = "rows that end in no assistant turn"
    severity = ERROR
    teaches = "to write the user's or the tool's next turn"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row whose last turn is not the assistant's."""
        last = row.turns[-1]
        if last.role != "assistant":
            tally.counts[f"ends in {last.role[:60]}"] += 1
            tally.hit(row, last.index, 0, len(last.text), last.text or f"({last.role})")
