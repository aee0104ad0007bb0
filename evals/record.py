"""Records: files and parts of files that are written once, each with a schema of its own."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fixtures import CallgateError
from fixtures.validation import first_error


class Record(BaseModel):
    """What is read as it was written: no field more, none changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Read = TypeVar("Read", bound=BaseModel)


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
        said = first_error(problem, "(file)", called="field")
        raise CallgateError(f"{path}: {said}{advice}") from problem
