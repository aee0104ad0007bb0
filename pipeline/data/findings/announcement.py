"""Turns that promise a call and make none."""

from ..habits import announces
from ..rows import Row
from ..tally import Tally
from .finding import ERROR, RowFinding


class Announcement(RowFinding):
    """An assistant turn that promises a call and makes none."""

    id = "announcement"
    title = "a call promised and not made"
    severity = ERROR
    teaches = "to announce a call and stop there, waiting for a user who says go ahead"
    fixer = "announcements"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with an announcement, counting by what follows it."""
        turns = row.turns
        for turn in row.answers:
            if announces(turn):
                follows = turns[turn.index + 1].role if turn.index + 1 < len(turns) else "nothing"
                tally.counts[f"followed by {follows}"] += 1
                tally.hit(row, turn.index, 0, len(turn.text), turn.text)
