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
from pydantic import BaseModel, ConfigDict

from fixtures import CallgateError, Case, Suite
from pipeline.files import write_atomic
from pipeline.model.blas import blas_in_use
from pipeline.model.chat import render
from pipeline.model.folder import read_json_object
from pipeline.model.loading import load_model, load_tokenizer

from .answer import Answer, AskSettings, Question, answer_key, first_question, next_question
from .store import AnswerStore, open_store

Answers = dict[str, tuple[Answer, ...]]


class Progress(Protocol):
    """Shows how far the asking is."""

    def start(self, cases: int, answered: int) -> None:
        """Begin, with so many of the cases already answered."""

    def step(self, new_tokens: int) -> None:
        """Take note of tokens that were generated."""

    def case_done(self) -> None:
        """Take note of a case whose last turn is answered."""

    def stop(self) -> None:
        """End, whatever happened."""


class EngineRecord(BaseModel):
    """What computed the answers; seconds and memory are of the last process that did."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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


def _ask(
    suite: Suite,
    cases: Sequence[Case],
    settings: AskSettings,
    fingerprint: str,
    store: AnswerStore,
    progress: Progress,
) -> Asked:
    tokenizer = load_tokenizer(settings.model)
    by_id = {case.id: case for case in cases}
    answers: dict[str, list[Answer]] = {case.id: [] for case in cases}
    asked: dict[tuple[str, int], Question] = {}

    def follow(question: Question, answer: Answer) -> Question | None:
        """Keep an answer and return the next question of its case that is not yet answered."""
        answers[question.case].append(answer)
        following = next_question(by_id[question.case], suite, question, answer.text)
        if following is None:
            return None
        asked[following.case, following.turn] = following
        stored = find(following)
        return follow(following, stored) if stored else following

    def find(question: Question) -> Answer | None:
        prompt = render(tokenizer, question.messages, add_generation_prompt=True)
        return store.get(answer_key(fingerprint, prompt, settings.sampling))

    missing: list[Question] = []
    for case in cases:
        question = first_question(case, settings.system_prompt)
        asked[question.case, question.turn] = question
        stored = find(question)
        unanswered = follow(question, stored) if stored else question
        if unanswered is not None:
            missing.append(unanswered)
    record_file = store.path.with_name("engine.json")
    if not missing:
        record = EngineRecord.model_validate_json(record_file.read_bytes())
        return Asked({name: tuple(turns) for name, turns in answers.items()}, record)

    from .mlx_engine import MlxEngine, default_batch_size

    progress.start(len(cases), len(cases) - len(missing))
    try:
        started = time.perf_counter()
        loaded = load_model(settings.model)
        blas = blas_in_use()
        batch_size = settings.batch_size or default_batch_size(
            read_json_object(settings.model / "config.json"),
            settings.sampling.max_tokens + 512,
            os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        )
        record = EngineRecord(
            model_type=loaded.description.model_type,
            bits=loaded.description.bits,
            group_size=loaded.description.group_size,
            computed_in=loaded.description.dtype,
            device=loaded.description.device,
            blas=blas.name,
            blas_gflops=round(blas.gflops, 1),
            blas_threads=blas.threads,
            context_length=loaded.description.context_length,
            parameters=loaded.description.parameters,
            batch_size=batch_size,
            load_seconds=round(time.perf_counter() - started, 3),
        )
        write_atomic(record_file, record.model_dump_json(indent=2))
        engine = MlxEngine(loaded, settings.sampling, batch_size, progress.step)
        started, tokens = time.perf_counter(), 0

        def keep(answer: Answer) -> Question | None:
            nonlocal tokens
            store.add(answer)
            tokens += answer.tokens
            following = follow(asked[answer.case, answer.turn], answer)
            if following is None:
                progress.case_done()
            return following

        for _ in engine.answer(missing, keep):
            pass
    finally:
        progress.stop()
    record = record.model_copy(
        update={
            "generation_seconds": round(time.perf_counter() - started, 3),
            "generated_tokens": tokens,
            "peak_memory_bytes": peak_memory_bytes(),
        }
    )
    write_atomic(record_file, record.model_dump_json(indent=2))
    return Asked({name: tuple(turns) for name, turns in answers.items()}, record)
