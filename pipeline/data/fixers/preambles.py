"""Taking away the text before calls."""

from ..habits import text_before_call
from ..markup import without_text_before_calls
from ..rows import Row
from .fixer import Dropped, Fixed, Fixer, with_texts

UNSAFE_MARKUP = "text before call markup that is no whole call"


class Preambles(Fixer):
    """Cuts whatever stands before a call, so that the turn begins with it.

    Text around a `<tool_call>` that begins no whole call may be an answer that quotes the markup or
    a call gone wrong. Read by a server, either is a call: such a row is dropped.
    """

    id = "preambles"
    summary = "cut the text before calls"

    def fix(self, row: Row) -> Fixed | Dropped | None:
        """Cut the preambles of a row."""
        texts: dict[int, str] = {}
        for turn in row.callers:
            if text_before_call(turn) is None:
                continue
            markup = turn.markup
            if markup is None:
                texts[turn.index] = ""
                continue
            if not markup.whole and (markup.between or markup.before.strip()):
                return Dropped(UNSAFE_MARKUP)
            texts[turn.index] = without_text_before_calls(turn.text, markup)
        return with_texts(row, texts) if texts else None
