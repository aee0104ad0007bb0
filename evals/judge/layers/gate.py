"""gate: a call where one is wanted, an answer and no call where an answer is."""

from pipeline.data.announcements import is_announcement

from ..outcome import Outcome, failed, passed
from ..turn import Expectation, Turn


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 60 else f"{line[:57]}...")


# A model's longest answer is a tenth of this; a judge must not be won over by length.
LONGEST_TURN = 20_000


def judge_gate(turn: Turn, expected: Expectation) -> Outcome:
    """Judge whether the turn is of the wanted kind; broken call markup counts as a call."""
    if not turn.text.strip():
        return failed(f"expected {_wanted(expected)}, found an empty text")
    if len(turn.text) > LONGEST_TURN:
        found = f"a text of {len(turn.text)} characters, more than {LONGEST_TURN}"
        return failed(f"expected {_wanted(expected)}, found {found}")
    if turn.calls:
        if expected.wants == "call":
            return passed("expected a call, found one")
        return failed(f"expected an answer and no call, found a call: {_shown(turn.text)}")
    if is_announcement(turn.text):
        found = f"an announcement and no call: {_shown(turn.text)}"
        return failed(f"expected {_wanted(expected)}, found {found}")
    if expected.wants == "call":
        return failed(f"expected a call, found only text: {_shown(turn.text)}")
    return passed("expected an answer and no call, found one")


def _wanted(expected: Expectation) -> str:
    return "a call" if expected.wants == "call" else "an answer"
