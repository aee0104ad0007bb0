"""Tool responses that do not fit the result model of the tool."""

from ..call_facts import facts_of_row
from ..responses import response_problem
from ..rows import RESPONSE_CLOSE, RESPONSE_OPEN, Row
from ..tally import Tally
from .finding import WARNING, RowFinding


class ToolResponse(RowFinding):
    """A tool response that is no result of the tool called before it.

    Plain text passes: it may be what the code printed.
    """

    id = "tool_response"
    title = "tool responses that do not fit the tool's result"
    severity = WARNING
    teaches = "to expect results of a shape that the tools do not return"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with a response that names a result model and does not fit it."""
        for turn in row.heard:
            role, text = turn.role, turn.text
            if role == "user":
                if not text.startswith(RESPONSE_OPEN):
                    continue
            elif role != "tool":
                continue
            inside = text
            while inside.startswith(RESPONSE_OPEN):
                inside = inside[len(RESPONSE_OPEN) :].strip().removesuffix(RESPONSE_CLOSE).strip()
            problem = response_problem(inside, self._called(row, turn.index))
            if problem:
                tally.counts[problem[:160]] += 1
                tally.hit(row, turn.index, 0, len(text), text)

    @staticmethod
    def _called(row: Row, index: int) -> tuple[str, ...]:
        tools: tuple[str, ...] = ()
        for call_turn in facts_of_row(row):
            if call_turn.turn.index > index:
                break
            tools = call_turn.tools
        return tools
