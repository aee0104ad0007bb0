"""Bytes that are no part of the rows: a byte order mark, carriage returns."""

from ..rows import Row
from ..tally import Tally
from .finding import WARNING, RowFinding

CARRIAGE_RETURN = "a carriage return before the line feed (CRLF)"
MARK = "a byte order mark at the start of the file"


class LineFormat(RowFinding):
    """A byte order mark or carriage returns, which other readers trip over."""

    id = "line_format"
    title = "byte order marks and carriage returns"
    severity = WARNING
    teaches = (
        "nothing, but other readers refuse the file; "
        "`callgate clean` always writes plain lines, whichever fixers are on"
    )

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row whose line has either."""
        line = row.line_bytes
        if line[-1] == 13:
            tally.counts[CARRIAGE_RETURN] += 1
            tally.hit(row)
        if line[0] == 0xEF:
            tally.counts[MARK] += 1
            tally.hit(row)
