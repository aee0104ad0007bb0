"""What a mutator is: it makes a right turn wrong in one known way."""

from typing import NamedTuple, Protocol

from fixtures import Case, ReferenceAnswer, Suite, alternatives
from pipeline.data.calls import find_calls

from ..turn import Expectation


class RightTurn(NamedTuple):
    """A turn of a reference answer: what it says, and what the case expects of it."""

    suite: Suite
    answers: tuple[ReferenceAnswer, ...]
    case: Case
    expected: Expectation
    number: int
    text: str

    @property
    def code(self) -> str | None:
        """The code of the turn's call, None for a text."""
        calls = find_calls(self.text)
        return calls[0].code if calls else None

    @property
    def tools(self) -> tuple[str, ...]:
        """Every expected tool, each alternative on its own."""
        return tuple(name for entry in self.expected.tools for name in alternatives(entry))

    @property
    def keywords(self) -> tuple[str, ...]:
        """Every expected keyword, each alternative on its own."""
        return tuple(word for entry in self.expected.keywords for word in alternatives(entry))


class Mutator(Protocol):
    """Makes a right turn wrong in one way."""

    def __call__(self, turn: RightTurn) -> str | None:
        """Return the wrong text; None where this turn cannot be made wrong in this way."""


class Mutation(NamedTuple):
    """A mutator by name, with the layer that must catch what it makes (`executed`: by running)."""

    name: str
    layer: str
    mutate: Mutator
