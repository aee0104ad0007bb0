"""schema: arguments fit the tools, fields that are read exist, the expected ones are read."""

from fixtures import alternatives

from ..outcome import Outcome, failed, not_applicable, passed
from ..turn import Expectation, Turn


def judge_schema(turn: Turn, expected: Expectation) -> Outcome:
    """Judge the fields read, each attributed to the result that it is read from."""
    if (
        expected.wants == "answer"
        or not expected.reads_fields
        or not (turn.readings or turn.direct)
    ):
        return not_applicable("there is no code in which fields are expected")
    if turn.argument_problems:
        return failed(f"expected arguments that fit, found: {turn.argument_problems[0]}")
    if not turn.readings:
        return passed("the arguments fit the tools; a call by name reads no fields")
    for reading in turn.readings:
        for sentence in reading.unknown_reads:
            return failed(f"expected fields that exist, found: {sentence}")
    if not expected.fields and not any(
        name in turn.tools_given and turn.tools_given[name].typed for name in turn.tools
    ):
        return not_applicable("no typed tool is called and no field is expected")
    reads = frozenset().union(*(reading.reads for reading in turn.readings))
    for entry in expected.fields:
        if reads.isdisjoint(alternatives(entry)):
            found = ", ".join(sorted(reads)) or "no field read"
            return failed(f"expected {entry.replace('|', 'or')} to be read, found {found}")
    return passed("every field read exists, and the expected ones are read")
