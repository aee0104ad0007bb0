"""Records: files and parts of files that are written once, each with a schema of its own."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fixtures import CallgateError


class Record(BaseModel):
    """What is read as it was written: no field more, none changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Read = TypeVar("Read", bound=BaseModel)


def first_error(problem: ValidationError, whole: str) -> str:
    """Return what is wrong first, naming the field, or `whole` where it is all of it."""
    error = problem.errors()[0]
    field = ".".join(map(str, error["loc"])) or f"({whole})"
    return f"field {field!r}: {error['msg']}"


def read_record(
    path: Path, kind: type[Read], *, advice: str = "", absent: Read | None = None
) -> Read:
    """Read a JSON file; `absent` is what no file means, where it means anything.

    Raises CallgateError naming the file, the field and what is wrong with it, and the advice.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as problem:
        if absent is not None and isinstance(problem, FileNotFoundError):
            return absent
        raise CallgateError(f"{path}: cannot be read: {problem.strerror}") from problem
    except ValidationError as problem:
        raise CallgateError(f"{path}: {first_error(problem, 'file')}{advice}") from problem
