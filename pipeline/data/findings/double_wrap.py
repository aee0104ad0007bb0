"""Tool responses that are wrapped twice."""

from ..habits import double_wrap
from ..rows import RESPONSE_OPEN, Row
from ..tally import Tally
from .finding import ERROR, RowFinding


class DoubleWrap(RowFinding):
    """A tool response inside a tool response: one written, one added by the chat template."""

    id = "double_wrap"
    title = "tool responses wrapped twice"
    severity = ERROR
    teaches = "a form of tool response that it will never be shown when it is served"
    fixer = "double_wraps"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with a response that is, or will be, wrapped twice."""
        for turn in row.heard:
            role = turn.role
            if RESPONSE_OPEN in turn.text and double_wrap(role, turn.text) is not None:
                tally.counts[f"role {role}"] += 1
                tally.hit(row, turn.index, 0, len("<tool_response>"), turn.text)
