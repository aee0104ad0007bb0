"""Training rows that hold a validation query."""

from ..queries import QueryIndex
from ..rows import RESPONSE_OPEN, Row
from ..tally import Tally
from .finding import ERROR, RowFinding


class Contamination(RowFinding):
    """A row whose user text is a query of the suite, word for word or nearly."""

    id = "contamination"
    title = "validation queries in the data"
    severity = ERROR
    teaches = "the test: a score on these queries says nothing about others"
    fixer = "contamination"

    def __init__(self, queries: QueryIndex) -> None:
        self.queries = queries

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row that asks a validation query, counting by case."""
        for turn in row.heard:
            if turn.role != "user" or turn.text.startswith(RESPONSE_OPEN):
                continue
            if match := self.queries.find(turn.text):
                how = "word for word" if match.exact else "nearly"
                tally.counts[f"{match.case}, {how}"] += 1
                tally.hit(row, turn.index, 0, len(turn.text), turn.text)
