"""extract: code comes out of every call."""

from ..outcome import Outcome, failed, not_applicable, passed
from ..turn import Expectation, Turn


def judge_extract(turn: Turn, expected: Expectation) -> Outcome:
    """Judge whether every call of the turn holds code in the envelope."""
    del expected
    if not turn.calls:
        return not_applicable("there is no call to extract from")
    for number, call in enumerate(turn.calls, 1):
        if call.problem is not None:
            return failed(
                f"expected code out of every call, found in call {number}: {call.problem}"
            )
    return passed(f"expected code out of every call, found it in {len(turn.calls)}")
