"""ast: the code of every call parses as Python."""

from ..outcome import Outcome, failed, not_applicable, passed
from ..turn import Expectation, Turn


def judge_ast(turn: Turn, expected: Expectation) -> Outcome:
    """Judge whether the code that came out of the calls is Python."""
    del expected
    if turn.parse_problems:
        return failed(f"expected Python, found: {turn.parse_problems[0]}")
    if not turn.readings:
        by_name = "a call by name holds no code" if turn.direct else "there is no code to parse"
        return not_applicable(by_name)
    return passed("expected Python, found it")
