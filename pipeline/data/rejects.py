"""Setting lines that are no rows aside, byte for byte."""

from pathlib import Path

from ..files import atomic_writer
from .chunks import Problem, read_bytes, read_rows, split_file
from .data_set import DataFile
from .scan import Scan

COPY_BYTES = 1 << 20


class Rejects:
    """Writes the lines of a data set that are no rows to one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def take(self, files: list[DataFile], scanned: Scan) -> None:
        """Go over the files that have such lines once more and copy the lines."""
        with atomic_writer(self.path) as out:
            for number, file in enumerate(files):
                if not scanned.problem_counts[number]:
                    continue
                for chunk in split_file(number, file.path):
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
