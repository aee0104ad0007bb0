"""Judging an answer: every layer on every turn, and the soft and the strict verdict."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fixtures import TOOLS, Case, Tool
from pipeline.data.announcements import is_announcement

from .layers import LAYERS
from .outcome import Outcome
from .turn import Turn, expectations

# Raised whenever the same answer to the same case can get another verdict than before.
JUDGE_VERSION = 1


class JudgedTurn(NamedTuple):
    """The outcome of every layer on one turn, and the two habits that data teaches."""

    layers: dict[str, Outcome]
    announces: bool
    preamble: bool


class Judgement(NamedTuple):
    """What the judge says of an answer."""

    turns: tuple[JudgedTurn, ...]

    @property
    def soft(self) -> bool:
        """Whether the first layer passed, on each turn."""
        return all(turn.layers["gate"].status == "pass" for turn in self.turns)

    @property
    def strict(self) -> bool:
        """Whether every layer that applies passed, on each turn."""
        return self.deciding is None

    @property
    def deciding(self) -> tuple[int, str, str] | None:
        """The first failure: the number of its turn, the layer and its sentence."""
        for number, turn in enumerate(self.turns, 1):
            for layer, outcome in turn.layers.items():
                if outcome.status == "fail":
                    return number, layer, outcome.sentence
        return None


def judge(
    case: Case,
    texts: Sequence[str],
    responses: Mapping[str, str],
    *,
    call_format: str = "code",
    tools: Mapping[str, Tool] = TOOLS,
) -> Judgement:
    """Judge the raw texts of an answer, one for each turn of the case.

    `responses` are the rendered tool responses of the suite, `Suite.responses`.

    Raises ValueError when the number of texts is not the number of turns.
    """
    turns = []
    for text, expected in zip(texts, expectations(case, responses), strict=True):
        turn = Turn(text, call_format, tools)
        first = turn.calls[0].start if turn.calls else 0
        turns.append(
            JudgedTurn(
                layers={name: layer(turn, expected) for name, layer in LAYERS.items()},
                announces=not turn.calls and is_announcement(text),
                preamble=bool(text[:first].strip()),
            )
        )
    return Judgement(tuple(turns))
