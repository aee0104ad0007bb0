"""Questions, answers, and the settings under which a model is asked."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from fixtures import SYSTEM_PROMPT, Case, Suite

ANSWER_SCHEMA: Literal[1] = 1

Message = dict[str, str]


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen; temperature 0 is greedy."""

    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class AskSettings:
    """Which model is asked, and how; `batch_size` None lets the machine's memory decide."""

    model: Path
    sampling: Sampling = Sampling()
    system_prompt: str = SYSTEM_PROMPT
    batch_size: int | None = None


@dataclass(frozen=True)
class Question:
    """What is put to the model: one turn of a case, as a conversation up to its answer."""

    case: str
    turn: int
    messages: tuple[Message, ...]


class Answer(BaseModel):
    """What the model generated for one turn: a line of answers.jsonl."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = ANSWER_SCHEMA
    key: str
    case: str
    turn: int
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


class Engine(Protocol):
    """What answers questions: yields each answer as soon as it is finished.

    `follow_up` turns a finished answer into the next question of its case, or None.
    """

    def answer(
        self, questions: Sequence[Question], follow_up: Callable[[Answer], Question | None]
    ) -> Iterator[Answer]:
        """Answer the questions and whatever follows from them."""


def answer_key(fingerprint: str, prompt: Sequence[int], sampling: Sampling) -> str:
    """Return the key of an answer: a hash of model, prompt token ids and sampling."""
    content = json.dumps([fingerprint, list(prompt), asdict(sampling)])
    return hashlib.sha256(content.encode()).hexdigest()


def first_question(case: Case, system_prompt: str) -> Question:
    """Return the question that opens a case; an empty system prompt is left out."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return Question(case.id, 1, (*system, {"role": "user", "content": case.query}))


def next_question(case: Case, suite: Suite, asked: Question, text: str) -> Question | None:
    """Return what follows the answer `text` to a question: the canned tool response, or None."""
    if case.second_turn is None or asked.turn != 1:
        return None
    response = suite.responses[case.second_turn.response]
    said = {"role": "assistant", "content": text}
    return Question(case.id, 2, (*asked.messages, said, {"role": "user", "content": response}))
