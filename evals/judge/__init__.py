"""Judging an answer: six layers, each pass, fail or not applicable, with a sentence."""

from .formats import FORMATS
from .judge import JUDGE_VERSION, JudgedTurn, Judgement, judge
from .layers import LAYERS
from .outcome import Outcome
from .turn import Expectation, Turn, expectations

__all__ = [
    "FORMATS",
    "JUDGE_VERSION",
    "LAYERS",
    "Expectation",
    "JudgedTurn",
    "Judgement",
    "Outcome",
    "Turn",
    "expectations",
    "judge",
]
