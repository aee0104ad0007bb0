"""The answer store: append-only, one fsynced line for each finished answer."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from fixtures import CallgateError
from fixtures.validation import first_error

from .answer import ANSWER_SCHEMAS, Answer


def read_answers(path: Path, *, torn_line_allowed: bool = False) -> list[Answer]:
    """Read an answers file.

    A last line without its end is what a killed run leaves: dropped where `torn_line_allowed`.
    Raises CallgateError naming file, line and field on anything else.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise CallgateError(f"{path}: cannot be read: {problem.strerror}") from problem
    *lines, rest = content.split(b"\n")
    if rest and not torn_line_allowed:
        raise CallgateError(f"{path}: line {len(lines) + 1}: cut off; the file is not complete")
    answers = []
    for number, line in enumerate(lines, 1):
        try:
            answers.append(Answer.model_validate_json(line))
        except ValidationError as problem:
            raise CallgateError(
                f"{path}: line {number}: {first_error(problem, '(line)', called='field')}; "
                f"this version reads answers of schema {' and '.join(map(str, ANSWER_SCHEMAS))}"
            ) from problem
    return answers


class AnswerStore:
    """Answers by key, each on disk before it counts."""

    def __init__(self, path: Path, descriptor: int, answers: list[Answer]) -> None:
        self.path = path
        self._descriptor = descriptor
        self._answers = {answer.key: answer for answer in answers}

    def get(self, key: str) -> Answer | None:
        """Return the stored answer with this key."""
        return self._answers.get(key)

    def add(self, answer: Answer) -> None:
        """Append an answer and wait until it is on the disk; raises OSError when it is not."""
        line = answer.model_dump_json().encode() + b"\n"
        start = os.lseek(self._descriptor, 0, os.SEEK_END)
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
            os.fsync(self._descriptor)
        except OSError:
            # Half a line would be joined by the next one that is appended.
            os.ftruncate(self._descriptor, start)
            raise
        self._answers[answer.key] = answer


@contextmanager
def open_store(path: Path) -> Iterator[AnswerStore]:
    """Open or create an answers file for appending, dropping a torn last line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        answers = read_answers(path, torn_line_allowed=True)
        content = path.read_bytes()
        os.ftruncate(descriptor, content.rfind(b"\n") + 1)
        yield AnswerStore(path, descriptor, answers)
    finally:
        os.close(descriptor)
