"""Rows of a data set as one model reads them, and a sample of them."""

from pathlib import Path
from typing import TypeVar

from fixtures import CallgateError

from .loading import LoadedModel
from .train.rows import TrainingRow, read_rows

_Any = TypeVar("_Any")


def rows_for(loaded: LoadedModel, data: Path) -> list[TrainingRow]:
    """Return the rows of a JSON Lines file; raises CallgateError for a file without any."""
    if not data.is_file():
        raise CallgateError(f"{data}: no such file; give rows as JSON Lines")
    stops = frozenset(loaded.tokenizer.eos_token_ids)
    window = loaded.description.context_length or 1 << 30
    rows = read_rows(data, loaded.tokenizer, stops, window)
    if not rows:
        raise CallgateError(f"{data}: holds no rows")
    return rows


def spread(rows: list[_Any], wanted: int) -> list[_Any]:
    """Return `wanted` rows, spread evenly over all of them, or all when there are fewer."""
    count = min(wanted, len(rows))
    return [rows[number * len(rows) // count] for number in range(count)]
