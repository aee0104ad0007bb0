"""Writing every call in one spelling."""

from ..markup import in_one_spelling
from ..rows import Row
from .fixer import Dropped, Fixed, Fixer, with_texts


class Envelope(Fixer):
    """Writes code-mode calls in the spelling that callgate asks for; the code stays as it is."""

    id = "envelope"
    summary = "write every call in one spelling of the markup"

    def fix(self, row: Row) -> Fixed | Dropped | None:
        """Rewrite the markup of a row's calls."""
        texts: dict[int, str] = {}
        for turn in row.callers:
            if turn.markup is not None:
                spelled = in_one_spelling(turn.text, turn.markup)
                if spelled != turn.text:
                    texts[turn.index] = spelled
        return with_texts(row, texts) if texts else None
