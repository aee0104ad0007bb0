"""identity: the expected tools are called, and none stands in for them."""

from fixtures import alternatives

from ..outcome import Outcome, failed, not_applicable, passed
from ..turn import Expectation, Turn


def judge_identity(turn: Turn, expected: Expectation) -> Outcome:
    """Judge whether the code calls an expected tool and none that is forbidden.

    Of several expected tools one suffices here: `completeness` asks for all of them.
    """
    if expected.wants == "answer" or not (turn.readings or turn.direct):
        return not_applicable("there is no code in which a tool is expected")
    wanted = " and ".join(entry.replace("|", "or") for entry in expected.tools)
    called = ", ".join(turn.tools) or "no tool"
    for name in (name for entry in expected.forbidden for name in alternatives(entry)):
        if name in turn.tools:
            return failed(f"expected {wanted} and not {name}, found {called}")
    if any(name in turn.tools for entry in expected.tools for name in alternatives(entry)):
        return passed(f"expected {wanted}, found {called}")
    hidden = [
        f"; {name} is {how} in the code, which hides the tool"
        for reading in turn.readings
        for name, how in reading.hidden.items()
    ]
    return failed(f"expected {wanted}, found {called}{''.join(hidden)}")
