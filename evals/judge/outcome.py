"""What a layer returns: pass, fail or not applicable, with the sentence that a person reads."""

from typing import Literal, NamedTuple, Protocol

from .turn import Expectation, Turn

Status = Literal["pass", "fail", "n/a"]


class Outcome(NamedTuple):
    """The verdict of one layer on one turn."""

    status: Status
    sentence: str


class Layer(Protocol):
    """One of the six checks: a pure function of a turn and what is expected of it."""

    def __call__(self, turn: Turn, expected: Expectation) -> Outcome:
        """Judge a turn."""


def passed(sentence: str) -> Outcome:
    """Return a pass."""
    return Outcome("pass", sentence)


def failed(sentence: str) -> Outcome:
    """Return a failure."""
    return Outcome("fail", sentence)


def not_applicable(sentence: str) -> Outcome:
    """Return that the layer says nothing about this turn."""
    return Outcome("n/a", sentence)
