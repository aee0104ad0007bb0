"""Taking one of two wraps from tool responses."""

from ..habits import double_wrap
from ..rows import RESPONSE_OPEN, Row
from .fixer import Dropped, Fixed, Fixer, with_texts


class DoubleWraps(Fixer):
    """Takes wraps from a tool response until one is left, the chat template's included."""

    id = "double_wraps"
    summary = "leave one wrap around each tool response"

    def fix(self, row: Row) -> Fixed | Dropped | None:
        """Unwrap the responses of a row."""
        texts: dict[int, str] = {}
        for turn in row.heard:
            text = turn.text
            if RESPONSE_OPEN not in text:
                continue
            while (inside := double_wrap(turn.role, text)) is not None:
                text = inside
            if text != turn.text:
                texts[turn.index] = text
        return with_texts(row, texts) if texts else None
