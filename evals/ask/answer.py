"""Questions, answers, and the settings under which a model is asked."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import Field

from fixtures import SYSTEM_PROMPT, Case, Suite

from ..record import Record

# An answer whose tokens were not drawn is written as schema 1, as before there were any others.
ANSWER_SCHEMAS = (1, 2)

Message = dict[str, str]


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen; temperature 0 is greedy, and all else but the length idle.

    `top_p` keeps the likeliest tokens that together have this probability, before the temperature
    flattens it, as mlx-lm does.
    """

    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0
    top_p: Annotated[float, Field(exclude_if=lambda top_p: top_p == 1)] = 1.0

    @property
    def draws(self) -> bool:
        """Whether tokens are drawn, so that one question has different answers."""
        return self.temperature > 0


@dataclass(frozen=True)
class AskSettings:
    """Which model is asked, and how; `batch_size` None lets the machine's memory decide.

    Each case is asked `repeats` times.
    """

    model: Path
    sampling: Sampling = Sampling()
    system_prompt: str = SYSTEM_PROMPT
    batch_size: int | None = None
    repeats: int = 1


@dataclass(frozen=True)
class Question:
    """What is put to the model: one turn of a case, as a conversation up to its answer.

    `repeat` counts from 1 where tokens are drawn; greedy answers have none.
    """

    case: str
    turn: int
    messages: tuple[Message, ...]
    repeat: int | None = None


class Answer(Record):
    """What the model generated for one turn: a line of answers.jsonl.

    Of schema 2 with a `repeat`, else of schema 1.
    """

    schema_version: Literal[1, 2] = 1
    key: str
    case: str
    turn: int
    repeat: int | None = Field(default=None, ge=1, exclude_if=lambda repeat: repeat is None)
    prompt: str
    prompt_tokens: int
    text: str
    token_ids: tuple[int, ...]
    seconds: float
    finish_reason: Literal["stop", "length"]

    @property
    def tokens(self) -> int:
        """How many tokens were generated."""
        return len(self.token_ids)


# The turns of one conversation, and by case the conversations that it led to, in their order.
Given = tuple[Answer, ...]
Answers = dict[str, tuple[Given, ...]]


def by_case(answers: Iterable[Answer]) -> Answers:
    """Return answers by case, its repeats in order and in each the turns in order."""
    found: dict[str, dict[int, list[Answer]]] = {}
    for answer in answers:
        found.setdefault(answer.case, {}).setdefault(answer.repeat or 1, []).append(answer)
    return {
        case: tuple(
            tuple(sorted(repeats[repeat], key=lambda answer: answer.turn))
            for repeat in sorted(repeats)
        )
        for case, repeats in found.items()
    }


class Engine(Protocol):
    """What answers questions: yields each answer as soon as it is finished.

    `follow_up` turns a finished answer into the next question of its case, or None.
    """

    def answer(
        self, questions: Sequence[Question], follow_up: Callable[[Answer], Question | None]
    ) -> Iterator[Answer]:
        """Answer the questions and whatever follows from them."""


def answer_key(
    fingerprint: str, prompt: Sequence[int], sampling: Sampling, question: Question
) -> str:
    """Return the key of an answer: a hash of model, prompt token ids and sampling.

    Of drawn tokens also of case and repeat: the key is what their random numbers follow from.
    """
    chosen = {
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "seed": sampling.seed,
    }
    content: list[object] = [fingerprint, list(prompt), chosen]
    if sampling.draws:
        content += [sampling.top_p, question.case, question.repeat]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def first_question(case: Case, system_prompt: str, repeat: int | None = None) -> Question:
    """Return the question that opens a case; an empty system prompt is left out."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return Question(case.id, 1, (*system, {"role": "user", "content": case.query}), repeat)


def next_question(case: Case, suite: Suite, asked: Question, text: str) -> Question | None:
    """Return what follows the answer `text` to a question: the canned tool response, or None."""
    if case.second_turn is None or asked.turn != 1:
        return None
    response = suite.responses[case.second_turn.response]
    said = {"role": "assistant", "content": text}
    answered = {"role": "user", "content": response}
    return Question(case.id, 2, (*asked.messages, said, answered), asked.repeat)
