"""Text before a call, and whether some tools have it and others do not."""

from ..call_facts import facts_of_row
from ..habits import text_before_call
from ..rows import Row
from ..tally import Tally
from .finding import ERROR, WARNING, Finding, FindingReport, RowFinding, TableLine

NO_TOOL = "(no tool read)"
# Below this many calls, a tool's rate says little.
FEW_CALLS = 5
SPREAD = 0.25


def rates(tally: Tally) -> list[TableLine]:
    """Return the preamble rate of each tool, the highest first."""
    found = [
        TableLine(name=tool, count=tally.counts["before:" + tool], total=calls)
        for tool, calls in (
            (key.removeprefix("calls:"), number)
            for key, number in tally.counts.items()
            if key.startswith("calls:")
        )
    ]
    return sorted(found, key=lambda line: (-line.rate, -(line.total or 0), line.name))


class Preamble(RowFinding):
    """Text before a call, with the rate of each tool."""

    id = "preamble"
    title = "text before a call"
    severity = ERROR
    teaches = (
        "to talk before it calls: a server that stops at text, or a gate that wants a call first, "
        "sees an answer and no call"
    )
    fixer = "preambles"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row in which any call has text before it."""
        for call_turn in facts_of_row(row):
            tools = call_turn.tools or (NO_TOOL,)
            counts = tally.counts
            for tool in tools:
                counts["calls:" + tool] += 1
            if span := text_before_call(call_turn.turn):
                for tool in tools:
                    counts["before:" + tool] += 1
                tally.hit(row, call_turn.turn.index, span[0], span[1], call_turn.turn.text)

    def report(self, tally: Tally, rows: int) -> list[FindingReport]:
        """Report the rate by tool, and a finding of its own when two rates lie far apart."""
        if not tally.count:
            return []
        lines = rates(tally)
        return [self.reported(tally, rows, lines=lines), *_uneven(tally, rows, lines)]


class UnevenPreamble(Finding):
    """Tools that have preambles beside tools that have none."""

    id = "uneven_preamble"
    title = "preambles for some tools and not for others"
    severity = WARNING
    teaches = "to begin calls of some tools with text and others without: which, is chance"
    fixer = "preambles"


def _uneven(tally: Tally, rows: int, lines: list[TableLine]) -> list[FindingReport]:
    known = [line for line in lines if (line.total or 0) >= FEW_CALLS]
    if len(known) < 2 or known[0].rate - known[-1].rate < SPREAD:
        return []
    high, low = known[0], known[-1]
    sentence = (
        f"{high.name} has text before {high.count} of {high.total} calls, "
        f"{low.name} before {low.count} of {low.total}"
    )
    return [UnevenPreamble().reported(tally, rows, sentence=sentence, lines=known)]
