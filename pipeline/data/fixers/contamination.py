"""Dropping rows that ask a validation query."""

from ..queries import QueryIndex
from ..rows import RESPONSE_OPEN, Row
from .fixer import Dropped, Fixed, Fixer

CONTAMINATED = "a validation query of the suite"


class Contamination(Fixer):
    """Drops rows whose user text is a validation query, word for word or nearly."""

    id = "contamination"
    summary = "drop rows that ask a validation query"

    def __init__(self, queries: QueryIndex) -> None:
        self.queries = queries

    def fix(self, row: Row) -> Fixed | Dropped | None:
        """Drop a row that asks a validation query."""
        for turn in row.heard:
            if turn.role != "user" or turn.text.startswith(RESPONSE_OPEN):
                continue
            if self.queries.find(turn.text):
                return Dropped(CONTAMINATED)
        return None
