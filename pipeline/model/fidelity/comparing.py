"""Two models' predictions for the same tokens, held against each other."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydantic import BaseModel

from ..train.rows import TrainingRow

if TYPE_CHECKING:
    from mlx import nn


class Compared(BaseModel):
    """One model held against another on the same prompts."""

    reference: str
    model: str
    agreement: float  # share of tokens that both find likeliest
    same_answers: int  # in which they agree on every token
    divergence: float | None  # mean KL(reference || model) in nats a token; None: not measured


class Prediction(NamedTuple):
    """What a model predicts for the assistant's tokens of one row."""

    logs: np.ndarray  # log-probabilities (tokens, vocabulary), float32
    likeliest: np.ndarray  # (tokens,)


def predict(model: "nn.Module", rows: Sequence[TrainingRow]) -> Iterator[Prediction]:
    """Yield what a model predicts in each row, the row's own text before each token being given."""
    import mlx.core as mx

    for row in rows:
        logits = model(mx.array([row.tokens[:-1]]))[0]
        chosen = logits[mx.array([place - 1 for place in row.counted])].astype(mx.float32)
        logs = np.array(chosen - mx.logsumexp(chosen, axis=-1, keepdims=True))
        yield Prediction(logs, logs.argmax(axis=-1))


def answers_of(row: TrainingRow) -> list[slice]:
    """Return the assistant's turns as slices of the row's counted tokens."""
    gaps = np.flatnonzero(np.diff(row.counted) > 1) + 1
    edges = [0, *gaps.tolist(), len(row.counted)]
    return [slice(start, end) for start, end in itertools.pairwise(edges)]


def divergence_of(reference: Prediction, found: Prediction) -> float:
    """Return the sum of KL(reference || found) over a row's tokens, in nats."""
    terms = np.exp(reference.logs) * (reference.logs - found.logs)
    return float(terms.sum(dtype=np.float64))


def agreement_of(
    names: tuple[str, str],
    rows: Sequence[TrainingRow],
    reference: Iterable[np.ndarray],
    found: Iterable[np.ndarray],
) -> Compared:
    """Return how often two models find the same token likeliest; (tokens,) arrays for each row."""
    tokens = same_tokens = same_answers = 0
    for row, before, after in zip(rows, reference, found, strict=True):
        same = before == after
        tokens += same.size
        same_tokens += int(same.sum())
        same_answers += sum(bool(same[answer].all()) for answer in answers_of(row))
    return Compared(
        reference=names[0],
        model=names[1],
        agreement=same_tokens / tokens,
        same_answers=same_answers,
        divergence=None,
    )


def compare_predictions(
    names: tuple[str, str],
    rows: Sequence[TrainingRow],
    reference: Iterable[Prediction],
    found: Iterable[Prediction],
) -> tuple[Compared, list[np.ndarray]]:
    """Return how near two models are, and what `found` finds likeliest; `found` is read once."""
    befores, afters, total = [], [], 0.0
    for before, after in zip(reference, found, strict=True):
        total += divergence_of(before, after)
        befores.append(before.likeliest)
        afters.append(after.likeliest)
    compared = agreement_of(names, rows, befores, afters)
    mean = total / sum(len(row.counted) for row in rows)
    return compared.model_copy(update={"divergence": mean}), afters
