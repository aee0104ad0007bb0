"""Reading JSON Lines in bounded pieces, so that memory does not depend on the size of a file."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import orjson

from .rows import Place, Row, RowProblemError, read_row

CHUNK_BYTES = 2 << 20
LONGEST_LINE = 32 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Chunk(NamedTuple):
    """Whole lines of a file: bytes `start` to `end`. `too_long` marks one line over the limit."""

    file: int
    path: Path
    start: int
    end: int
    too_long: bool = False


class Problem(NamedTuple):
    """A line that is no row: where it stands and what is wrong."""

    place: Place
    message: str


def _end_of_line(file: BinaryIO, position: int) -> int:
    """Return the offset after the next line feed, or the end of the file."""
    file.seek(position)
    while block := file.read(1 << 16):
        found = block.find(b"\n")
        if found >= 0:
            return position + found + 1
        position += len(block)
    return position


def split_file(number: int, path: Path, size: int = CHUNK_BYTES) -> Iterator[Chunk]:
    """Yield the pieces of a file, each of whole lines and about `size` bytes."""
    total = path.stat().st_size
    with path.open("rb") as file:
        start = 0
        while start < total:
            end = min(start + size, total)
            if end < total:
                end = _end_of_line(file, end)
            if end - start <= LONGEST_LINE:
                yield Chunk(number, path, start, end)
                start = end
                continue
            # A piece this long holds a line over the limit: go through it line by line.
            while start < end:
                line_end = _end_of_line(file, start)
                yield Chunk(number, path, start, line_end, line_end - start > LONGEST_LINE)
                start = line_end


def read_bytes(chunk: Chunk) -> bytes:
    """Return the bytes of a piece."""
    with chunk.path.open("rb") as file:
        file.seek(chunk.start)
        return file.read(chunk.end - chunk.start)


def split_lines(content: bytes) -> list[bytes]:
    """Split at line feeds alone: other separators (U+2028, form feed) belong to the text."""
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the collector of reference cycles from running.

    Rows hold no cycles; looking for some in every piece took a third of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def plain_line(line: bytes) -> bytes:
    """Return a line without byte order mark and carriage return."""
    if line[-1] == 13:
        line = line[:-1]
    return line[3:] if line[0] == 0xEF else line


def _problem_of(line: bytes, problem: ValueError) -> str:
    if not line.strip():
        return "the line is empty"
    if isinstance(problem, RowProblemError):
        return str(problem)
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"not valid UTF-8: byte 0x{line[wrong.start]:02x} at column {wrong.start + 1}"
    return f"not valid JSON: {str(problem)[:200]}"


def read_rows(chunk: Chunk, content: bytes) -> Iterator[Row | Problem]:
    """Yield every line of a piece as a row, or as the problem that keeps it from being one.

    Lines count from 0 within the piece. A byte order mark before the first and carriage returns
    after any are left in `line_bytes` and do not keep a row from being read.
    """
    if chunk.too_long:
        size = (chunk.end - chunk.start) / (1 << 20)
        limit = LONGEST_LINE >> 20
        message = f"the line is {size:.1f} MiB long, more than {limit} MiB"
        yield Problem(Place(chunk.file, 0), message)
        return
    file = chunk.file
    loads = orjson.loads
    marked = chunk.start == 0 and content.startswith(BYTE_ORDER_MARK)
    for number, line in enumerate(split_lines(content)):
        try:
            row = read_row(loads(line[3:] if marked and number == 0 else line))
        except ValueError as problem:
            yield Problem(Place(file, number), _problem_of(line, problem))
            continue
        row.place = Place(file, number)
        row.line_bytes = line
        yield row
