"""Calls that cannot work: no code comes out, it does not parse, or it misuses the tools."""

from abc import abstractmethod
from collections.abc import Iterable

from ..call_facts import CallFacts, facts_of_row
from ..rows import Row
from ..tally import Tally
from .finding import ERROR, RowFinding


class _CallFinding(RowFinding):
    @abstractmethod
    def problems(self, call: CallFacts) -> Iterable[str]:
        """Return the sentences about what is wrong with a call."""

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with such a call, counting by what is wrong."""
        call_turns = facts_of_row(row)
        if not row.faulty:
            return
        for call_turn in call_turns:
            for call in call_turn.calls:
                for problem in self.problems(call):
                    turn = call_turn.turn
                    tally.counts[problem[:160]] += 1
                    text = turn.text or str(turn.structured)
                    calls = turn.markup.calls if turn.markup else ()
                    start = calls[0].start if calls else 0
                    tally.hit(row, turn.index, start, len(text), text)


class BrokenCall(_CallFinding):
    """A call that does not extract."""

    id = "broken_call"
    title = "calls that do not extract"
    severity = ERROR
    teaches = "to write calls that no server can read"

    def problems(self, call: CallFacts) -> Iterable[str]:
        """Return why nothing came out of the call."""
        return (call.extraction,) if call.extraction else ()


class UnparsedCall(_CallFinding):
    """A call whose code does not parse."""

    id = "syntax_error"
    title = "calls whose code does not parse"
    severity = ERROR
    teaches = "to write code that is not Python"

    def problems(self, call: CallFacts) -> Iterable[str]:
        """Return where the parser gave up."""
        return (call.syntax,) if call.syntax else ()


class UnknownTool(_CallFinding):
    """A call of a tool that does not exist."""

    id = "unknown_tool"
    title = "calls of tools that do not exist"
    severity = ERROR
    teaches = "to call tools that are not there"

    def problems(self, call: CallFacts) -> Iterable[str]:
        """Return the unknown names."""
        return call.unknown_tools


class WrongArguments(_CallFinding):
    """A call with arguments that the tool does not take."""

    id = "wrong_arguments"
    title = "calls with wrong arguments"
    severity = ERROR
    teaches = "to call tools in a way that raises before anything runs"

    def problems(self, call: CallFacts) -> Iterable[str]:
        """Return what is wrong with the arguments."""
        return call.wrong_arguments


class UnknownField(_CallFinding):
    """A call that reads a field which the tool's result does not have."""

    id = "unknown_field"
    title = "fields that the tool's result does not have"
    severity = ERROR
    teaches = "to read fields that do not exist"

    def problems(self, call: CallFacts) -> Iterable[str]:
        """Return the sentences about the fields."""
        return call.unknown_fields


CALL_FINDINGS = (BrokenCall, UnparsedCall, UnknownTool, WrongArguments, UnknownField)
