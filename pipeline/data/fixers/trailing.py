"""Taking away the text after calls."""

from ..habits import text_after_call
from ..markup import without_text_after_calls
from ..rows import Row
from .fixer import Dropped, Fixed, Fixer, with_texts


class Trailing(Fixer):
    """Cuts whatever stands after the last call of a turn."""

    id = "trailing"
    summary = "cut the text after calls"

    def fix(self, row: Row) -> Fixed | Dropped | None:
        """Cut the trailing text of a row."""
        texts = {
            turn.index: without_text_after_calls(turn.text, turn.markup)
            for turn in row.callers
            if turn.markup is not None and text_after_call(turn)
        }
        return with_texts(row, texts) if texts else None
