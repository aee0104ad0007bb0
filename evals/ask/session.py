"""Asking all selected cases once: from the store where answered before, else from the model."""

import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from filelock import FileLock

from fixtures import CallgateError, Case, Suite
from pipeline.files import write_atomic
from pipeline.model.blas import blas_in_use
from pipeline.model.chat import render
from pipeline.model.folder import read_json_object
from pipeline.model.loading import LoadedModel, load_model, load_tokenizer

from ..record import Record
from .answer import (
    Answer,
    Answers,
    AskSettings,
    Question,
    answer_key,
    by_case,
    first_question,
    next_question,
)
from .mlx_engine import MlxEngine, default_batch_size
from .store import AnswerStore, open_store


class Progress(Protocol):
    """Shows how far the asking is."""

    def start(self, cases: int, answered: int, repeats: int = 1) -> None:
        """Begin; each case is asked `repeats` times, and so many askings are answered already."""

    def step(self, new_tokens: int) -> None:
        """Take note of tokens that were generated."""

    def case_done(self) -> None:
        """Take note of an asking of a case whose last turn is answered."""

    def stop(self) -> None:
        """End, whatever happened."""


class EngineRecord(Record):
    """What computed the answers; seconds and memory are of the last process that did."""

    schema_version: Literal[1] = 1
    model_type: str
    bits: int | None
    group_size: int | None
    computed_in: str
    device: str
    blas: str
    blas_gflops: float
    blas_threads: int | None
    context_length: int | None
    parameters: int
    batch_size: int
    load_seconds: float
    generation_seconds: float = 0.0
    generated_tokens: int = 0
    peak_memory_bytes: int = 0


class Asked(NamedTuple):
    """The answers of the selected cases, and what computed them."""

    answers: Answers
    engine: EngineRecord | None


def peak_memory_bytes() -> int:
    """Return the largest resident size that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def physical_memory_bytes() -> int:
    """Return how much memory this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class _Attempt:
    """A mark beside the store: one pytest run loads the model once, even if that went wrong.

    With several workers the one that takes the lock answers for all. If it fails or dies, the
    next one must not load the model again and die of the same cause.
    """

    def __init__(self, path: Path, session: str) -> None:
        self.path = path
        self.session = session

    def begin(self) -> None:
        if self.path.exists():
            left = json.loads(self.path.read_bytes())
            if left["session"] == self.session:
                raise CallgateError(
                    left["problem"]
                    or "the worker that was answering the cases died: see its "
                    "output above (out of memory? try a smaller --batch-size)"
                )
        self._write(None)

    def fail(self, problem: str) -> None:
        self._write(problem)

    def end(self) -> None:
        self.path.unlink(missing_ok=True)

    def _write(self, problem: str | None) -> None:
        content = {"session": self.session, "problem": problem}
        write_atomic(self.path, json.dumps(content))


def ask_cases(
    suite: Suite,
    cases: Sequence[Case],
    settings: AskSettings,
    fingerprint: str,
    folder: Path,
    session: str,
    progress: Progress,
) -> Asked:
    """Answer every turn of the cases, each answer kept in `folder` as soon as it is finished.

    Whoever comes second, in this run or a later one, reads what is there. `session` names the
    pytest run. Raises CallgateError for a model that cannot be asked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(FileLock(folder / "lock"))
        store = stack.enter_context(open_store(folder / "answers.jsonl"))
        attempt = _Attempt(folder / "attempt.json", session)
        attempt.begin()
        try:
            asked = _ask(suite, cases, settings, fingerprint, store, progress)
        except CallgateError as problem:
            attempt.fail(str(problem))
            raise
        except OSError as problem:
            sentence = (
                f"{problem.filename or store.path}: {problem.strerror}; "
                "finished answers are kept, and the same command goes on from them"
            )
            attempt.fail(sentence)
            raise CallgateError(sentence) from problem
        except KeyboardInterrupt:
            attempt.end()
            raise
        attempt.end()
        return asked


class _Conversations:
    """The cases as far as they are answered: from the store, then from the model.

    Where tokens are drawn each case is several conversations, one for each repeat.
    """

    def __init__(
        self,
        suite: Suite,
        cases: Sequence[Case],
        settings: AskSettings,
        fingerprint: str,
        store: AnswerStore,
    ) -> None:
        self._suite = suite
        self._cases = {case.id: case for case in cases}
        self._settings = settings
        self._fingerprint = fingerprint
        self._store = store
        self._tokenizer = load_tokenizer(settings.model)
        self._asked: dict[tuple[str, int | None, int], Question] = {}
        self._answers: list[Answer] = []

    @property
    def answers(self) -> Answers:
        """The answers so far, by case and repeat."""
        return by_case(self._answers)

    def unanswered(self) -> list[Question]:
        """Return the first question of each conversation that the store has no answer to."""
        settings = self._settings
        repeats = range(1, settings.repeats + 1) if settings.sampling.draws else (None,)
        opening = [
            first_question(case, settings.system_prompt, repeat)
            for repeat in repeats
            for case in self._cases.values()
        ]
        return [missing for question in opening if (missing := self._skip_stored(question))]

    def follow(self, answer: Answer) -> Question | None:
        """Keep an answer; return what is still to be answered next in its conversation."""
        asked = self._asked[answer.case, answer.repeat, answer.turn]
        self._answers.append(answer)
        case = self._cases[answer.case]
        following = next_question(case, self._suite, asked, answer.text)
        return self._skip_stored(following) if following else None

    def _skip_stored(self, question: Question) -> Question | None:
        self._asked[question.case, question.repeat, question.turn] = question
        prompt = render(self._tokenizer, question.messages, add_generation_prompt=True)
        key = answer_key(self._fingerprint, prompt, self._settings.sampling, question)
        stored = self._store.get(key)
        return question if stored is None else self.follow(stored)


def _load(settings: AskSettings) -> tuple[LoadedModel, EngineRecord]:
    started = time.perf_counter()
    loaded = load_model(settings.model)
    blas = blas_in_use()
    description = loaded.description
    # Room for a prompt of usual length beside the longest answer.
    tokens = settings.sampling.max_tokens + 512
    record = EngineRecord(
        model_type=description.model_type,
        bits=description.bits,
        group_size=description.group_size,
        computed_in=description.dtype,
        device=description.device,
        blas=blas.name,
        blas_gflops=round(blas.gflops, 1),
        blas_threads=blas.threads,
        context_length=description.context_length,
        parameters=description.parameters,
        batch_size=settings.batch_size
        or default_batch_size(
            read_json_object(settings.model / "config.json"), tokens, physical_memory_bytes()
        ),
        load_seconds=round(time.perf_counter() - started, 3),
    )
    return loaded, record


def _ask(
    suite: Suite,
    cases: Sequence[Case],
    settings: AskSettings,
    fingerprint: str,
    store: AnswerStore,
    progress: Progress,
) -> Asked:
    conversations = _Conversations(suite, cases, settings, fingerprint, store)
    missing = conversations.unanswered()
    record_file = store.path.with_name("engine.json")
    if not missing:
        stored = EngineRecord.model_validate_json(record_file.read_bytes())
        return Asked(conversations.answers, stored)
    repeats = settings.repeats
    progress.start(len(cases), len(cases) * repeats - len(missing), repeats)
    try:
        loaded, record = _load(settings)
        write_atomic(record_file, record.model_dump_json(indent=2))
        engine = MlxEngine(loaded, settings.sampling, record.batch_size, progress.step)

        def keep(answer: Answer) -> Question | None:
            store.add(answer)
            following = conversations.follow(answer)
            if following is None:
                progress.case_done()
            return following

        started = time.perf_counter()
        tokens = sum(answer.tokens for answer in engine.answer(missing, keep))
        seconds = time.perf_counter() - started
    finally:
        progress.stop()
    record = record.model_copy(
        update={
            "generation_seconds": round(seconds, 3),
            "generated_tokens": tokens,
            "peak_memory_bytes": peak_memory_bytes(),
        }
    )
    write_atomic(record_file, record.model_dump_json(indent=2))
    return Asked(conversations.answers, record)
