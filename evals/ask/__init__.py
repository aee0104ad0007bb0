"""Asking a model the cases: questions, engines, batches and the answer store."""

from .answer import (
    Answer,
    Answers,
    AskSettings,
    Engine,
    Question,
    Sampling,
    answer_key,
    by_case,
    first_question,
    next_question,
)
from .store import AnswerStore, open_store, read_answers

__all__ = [
    "Answer",
    "AnswerStore",
    "Answers",
    "AskSettings",
    "Engine",
    "Question",
    "Sampling",
    "answer_key",
    "by_case",
    "first_question",
    "next_question",
    "open_store",
    "read_answers",
]
