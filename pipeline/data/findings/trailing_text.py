"""Text after the last call of a turn."""

from ..habits import text_after_call
from ..rows import Row
from ..tally import Tally
from .finding import WARNING, RowFinding


class TrailingText(RowFinding):
    """Text after a call."""

    id = "trailing_text"
    title = "text after a call"
    severity = WARNING
    teaches = "to go on talking after a call, before the result is there: it invents the result"
    fixer = "trailing"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row in which a turn goes on after its last call."""
        for turn in row.callers:
            if span := text_after_call(turn):
                tally.hit(row, turn.index, span[0], span[1], turn.text)
