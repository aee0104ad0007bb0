"""Setting lines that are no rows aside, byte for byte."""

from collections.abc import Sequence
from pathlib import Path

from ..files import atomic_writer
from .chunks import Problem, read_bytes, read_rows, split_file
from .data_set import DataFile

COPY_BYTES = 1 << 20


def write_rejects(path: Path, files: Sequence[DataFile], counts: Sequence[int]) -> None:
    """Copy the lines that are no rows to one file; `counts` says how many each file has."""
    with atomic_writer(path) as out:
        for number, (file, count) in enumerate(zip(files, counts, strict=True)):
            for chunk in split_file(number, file.path) if count else ():
                if chunk.too_long:
                    with file.path.open("rb") as source:
                        source.seek(chunk.start)
                        left = chunk.end - chunk.start
                        while left and (block := source.read(min(left, COPY_BYTES))):
                            out.write(block)
                            left -= len(block)
                    continue
                content = read_bytes(chunk)
                lines = content.split(b"\n")
                for row in read_rows(chunk, content):
                    if isinstance(row, Problem):
                        out.write(lines[row.place.line] + b"\n")
