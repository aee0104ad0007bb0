"""schema: arguments fit the tools, fields that are read exist, the expected ones are read."""

from fixtures import TOOLS, alternatives

from ..outcome import Outcome, failed, not_applicable, passed
from ..turn import Expectation, Turn


def judge_schema(turn: Turn, expected: Expectation) -> Outcome:
    """Judge the fields read, each attributed to the result that it is read from."""
    if expected.wants == "answer" or not expected.reads_fields or not turn.readings:
        return not_applicable("there is no code in which fields are expected")
    for reading in turn.readings:
        for call in reading.calls:
            if call.problem is not None:
                return failed(f"expected arguments that fit, found: {call.problem}")
        for sentence in reading.unknown_reads:
            return failed(f"expected fields that exist, found: {sentence}")
    if not expected.fields and not any(TOOLS[name].typed for name in turn.tools):
        return not_applicable("no typed tool is called and no field is expected")
    reads = frozenset().union(*(reading.reads for reading in turn.readings))
    for entry in expected.fields:
        if reads.isdisjoint(alternatives(entry)):
            found = ", ".join(sorted(reads)) or "no field read"
            return failed(f"expected {entry.replace('|', 'or')} to be read, found {found}")
    return passed("every field read exists, and the expected ones are read")
