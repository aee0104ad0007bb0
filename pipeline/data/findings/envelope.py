"""The spellings of the call markup."""

from ..call_facts import BROKEN, CANONICAL, JSON_BODY, STRUCTURED, facts_of_row
from ..rows import Row
from ..tally import Tally
from .finding import NOTE, WARNING, Finding, FindingReport, RowFinding

SHOWN = 120
_NO_SPELLINGS = frozenset((BROKEN, STRUCTURED))
_NOT_OURS = frozenset((CANONICAL, BROKEN, JSON_BODY, STRUCTURED))


class Envelope(RowFinding):
    """A census of spellings; rows in another than callgate's own are hit."""

    id = "envelope"
    title = "spellings of the call markup"
    severity = WARNING
    teaches = "several spellings of one thing: what the model writes is a mixture of them"
    fixer = "envelope"

    def observe(self, row: Row, tally: Tally) -> None:
        """Count every call by its spelling."""
        for call_turn in facts_of_row(row):
            for call in call_turn.calls:
                spelling = call.spelling
                tally.counts[repr(spelling)[1:-1][:SHOWN]] += 1
                if spelling not in _NOT_OURS:
                    end = len(call_turn.turn.text)
                    tally.hit(row, call_turn.turn.index, 0, min(end, SHOWN), call_turn.turn.text)

    def report(self, tally: Tally, rows: int) -> list[FindingReport]:
        """Report a warning for a mixture, a note for one spelling that is not callgate's."""
        spellings = [key for key in tally.counts if key not in _NO_SPELLINGS]
        severity = WARNING if len(spellings) > 1 else NOTE
        sentence = f"{len(spellings)} spelling{'s' if len(spellings) != 1 else ''} of the markup"
        if tally.count:
            return [self.reported(tally, rows, sentence=sentence, severity=severity)]
        if len(spellings) > 1:
            return [MixedEnvelope().reported(tally, rows, sentence=sentence)]
        return []


class MixedEnvelope(Finding):
    """Calls as code beside calls as JSON: two protocols, which no fixer turns into one."""

    id = "mixed_envelope"
    title = "calls as code beside calls as JSON"
    severity = WARNING
    teaches = "two protocols at once: a server reads one of them"
