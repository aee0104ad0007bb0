"""What the data shows too rarely for a model to learn it, held against what the suite asks."""

from ..call_facts import CallTurn, facts_of_row
from ..demand import KINDS, Demand
from ..rows import RESPONSE_OPEN, Row
from ..tally import Tally
from .finding import WARNING, FindingReport, RowFinding, TableLine

# A model trained on 36 of 938 rows (3.8 %) with two tools in one call solved 0 of 10 such cases.
RARE_SHARE = 0.05
RARE_TOOL_ROWS = 15
RARE_FIELD_ROWS = 5


def kinds_of(row: Row, calls: list[CallTurn]) -> set[str]:
    """Return the kinds of case that a row shows."""
    if not calls:
        return {"direct_answer"}
    found = set()
    if any(len(call_turn.tools) > 1 for call_turn in calls):
        found.add("several_tools")
    if len(calls) == 1 and len(calls[0].tools) == 1:
        found.add("single_call")
    turns = row.turns
    after_response = False
    called = False
    for turn in turns:
        if turn.role == "assistant":
            if after_response and called:
                found.add("calls_in_a_row" if turn.has_call else "summary")
            called = called or turn.has_call
            after_response = False
        else:
            after_response = turn.role != "user" or turn.text.startswith(RESPONSE_OPEN)
    return found


class Coverage(RowFinding):
    """Rows per tool, per result field and per kind of case."""

    id = "coverage"
    title = "what is too rare to be learned"
    severity = WARNING
    teaches = "little of what it will be asked: what a data set hardly shows is hardly learned"

    def __init__(self, demand: Demand) -> None:
        self.demand = demand

    def observe(self, row: Row, tally: Tally) -> None:
        """Count the row under every kind, tool and field that it shows; nothing is hit."""
        calls = facts_of_row(row)
        counts = tally.counts
        if not calls:
            counts["kind:direct_answer"] += 1
            return
        for kind in kinds_of(row, calls):
            counts["kind:" + kind] += 1
        if len(calls) == 1 and len(calls[0].calls) == 1:
            call = calls[0].calls[0]
            tools, reads = set(call.tools), call.reads
        else:
            tools = {tool for call_turn in calls for tool in call_turn.tools}
            reads = frozenset(
                read for call_turn in calls for call in call_turn.calls for read in call.reads
            )
        for tool in tools:
            counts["tool:" + tool] += 1
        for read in reads:
            counts["field:" + read] += 1

    def report(self, tally: Tally, rows: int) -> list[FindingReport]:
        """Predict what will fail, from what the suite asks and the data hardly shows."""
        lines: list[TableLine] = []
        predictions: list[str] = []
        for kind, title in KINDS.items():
            count, cases = tally.counts["kind:" + kind], self.demand.kinds[kind]
            remark = ""
            if cases and rows and count / rows < RARE_SHARE:
                remark = f"expect {self.demand.category_of(kind)} to fail"
                predictions.append(f"{count} of {rows} rows {title}: {remark}")
            lines.append(TableLine(name=title, count=count, total=rows, remark=remark))
        rare_tools: list[str] = []
        for tool, cases in self.demand.tools.items():
            count = tally.counts["tool:" + tool]
            remark = ""
            if count < RARE_TOOL_ROWS:
                remark = f"{cases} cases of the suite need it"
                rare_tools.append(f"{tool} in {count}")
            lines.append(TableLine(name=tool, count=count, total=rows, remark=remark))
        if rare_tools:
            predictions.append(
                f"called in fewer than {RARE_TOOL_ROWS} of {rows} rows, expect their cases to "
                f"fail: {', '.join(rare_tools)}"
            )
        for field, cases in self.demand.fields.items():
            count = tally.counts["field:" + field]
            remark = f"{cases} cases of the suite read it" if count < RARE_FIELD_ROWS else ""
            lines.append(TableLine(name=field, count=count, total=rows, remark=remark))
        rare_fields = sum("." in line.name and bool(line.remark) for line in lines)
        if rare_fields:
            predictions.append(
                f"{rare_fields} fields that the suite reads are read in fewer than "
                f"{RARE_FIELD_ROWS} rows"
            )
        if not predictions:
            return []
        sentence = "; ".join(predictions)
        return [self.reported(tally, rows, sentence=sentence, lines=lines)]
