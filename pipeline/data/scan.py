"""One pass over the files of a data set: every finding observes every row."""

import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from .chunks import Chunk, Problem, read_bytes, read_rows, split_file, without_collection
from .findings import Secrets
from .findings.finding import RowFinding
from .keys import KeyRing, LineKeys
from .line_index import LineIndex, offsets_of
from .rows import Place
from .secrets import suspicious_lines
from .tally import Tally

if TYPE_CHECKING:
    import numpy as np

PROBLEMS_KEPT = 1000
# Below this many bytes, starting a second process takes longer than the work.
WORTH_A_PROCESS = 16 << 20

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


class Part(NamedTuple):
    """What one piece of a file came to."""

    lines: int
    rows: int
    problems: list[Problem]
    problem_count: int
    tallies: list[Tally]
    forms: Counter[str]
    keys: LineKeys | None
    offsets: "np.ndarray[tuple[int], np.dtype[np.uint64]]"


@dataclass
class Scan:
    """The sum over all files: tallies in the order of the findings, and the index of the lines."""

    files: list[Path]
    tallies: list[Tally]
    index: LineIndex
    rows: list[int] = field(default_factory=list)
    problem_counts: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    forms: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Observer:
    """What a process needs to look at a piece: the findings, and whether rows are compared."""

    findings: tuple[RowFinding, ...]
    limit: int
    compares: Literal["all", "same", "nothing"] = "all"

    def look(self, chunk: Chunk) -> Part:
        """Observe every row of a piece; lines count from 0."""
        with without_collection():
            return self._look(chunk)

    def _look(self, chunk: Chunk) -> Part:
        tallies = [Tally(self.limit) for _ in self.findings]
        watching = [
            (finding.observe, tally) for finding, tally in zip(self.findings, tallies, strict=True)
        ]
        ring = None if self.compares == "nothing" else KeyRing(whole=self.compares == "all")
        problems: list[Problem] = []
        problem_count = lines = rows = 0
        forms: Counter[str] = Counter()
        content = b"" if chunk.too_long else read_bytes(chunk)
        seeks_secrets = any(isinstance(finding, Secrets) for finding in self.findings)
        suspicious = suspicious_lines(content) if seeks_secrets else frozenset()
        for row in read_rows(chunk, content):
            lines += 1
            if isinstance(row, Problem):
                problem_count += 1
                if len(problems) < PROBLEMS_KEPT:
                    problems.append(row)
                if ring:
                    ring.add(None)
                continue
            rows += 1
            row.suspicious = row.place.line in suspicious
            forms[row.form] += 1
            for observe, tally in watching:
                observe(row, tally)
            if ring:
                ring.add(row)
        keys = ring.keys() if ring else None
        offsets = offsets_of(content, chunk.start)
        return Part(lines, rows, problems, problem_count, tallies, forms, keys, offsets)


_make: Callable[[], Callable[[Chunk], object]] | None = None
_work: Callable[[Chunk], object] | None = None


def _start_worker(make: Callable[[], Callable[[Chunk], object]]) -> None:
    global _work
    # Ctrl-C reaches every process of the terminal; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _work = make()


def _run(chunk: Chunk) -> object:
    assert _work is not None
    return _work(chunk)


def in_order(
    make: Callable[[], Callable[[Chunk], Outcome]], chunks: Iterable[Chunk], workers: int
) -> Iterator[Outcome]:
    """Yield `make()(chunk)` for every chunk, in order, computed by up to `workers` processes.

    `make` is called once in each process. Few pieces are under way at a time, so that memory does
    not grow with their number.
    """
    if workers < 2:
        work = make()
        yield from map(work, chunks)
        return
    method = "fork" if os.name == "posix" and os.uname().sysname == "Linux" else "spawn"
    pool = ProcessPoolExecutor(workers, get_context(method), _start_worker, (make,))
    waiting: deque[Future[Outcome]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_run, chunk))  # type: ignore[arg-type]
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def worker_count(files: Iterable[Path]) -> int:
    """Return how many processes are worth starting for some files."""
    size = sum(path.stat().st_size for path in files)
    return min(os.cpu_count() or 1, 4) if size > WORTH_A_PROCESS else 1


def scan(
    files: list[Path],
    observer: Callable[[], Observer],
    count: int,
    *,
    limit: int,
    workers: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Scan:
    """Observe every row of every file; `count` findings, `progress` is told the bytes done."""
    workers = worker_count(files) if workers is None else workers
    total = Scan(files, [Tally(limit) for _ in range(count)], LineIndex(files))
    total.rows = [0] * len(files)
    total.problem_counts = [0] * len(files)
    chunks = chain.from_iterable(split_file(number, path) for number, path in enumerate(files))
    pending: deque[Chunk] = deque()

    def noted() -> Iterator[Chunk]:
        for chunk in chunks:
            pending.append(chunk)
            yield chunk

    make = _Maker(observer)
    for part in in_order(make, noted(), workers):
        chunk = pending.popleft()
        first = total.index.lines[chunk.file]
        for tally, more in zip(total.tallies, part.tallies, strict=True):
            tally.merge(more, first + 1)
        total.rows[chunk.file] += part.rows
        total.problem_counts[chunk.file] += part.problem_count
        for problem in part.problems[: PROBLEMS_KEPT - len(total.problems)]:
            place = Place(chunk.file, problem.place.line + first + 1)
            total.problems.append(Problem(place, problem.message))
        total.forms.update(part.forms)
        total.index.add(chunk.file, part.lines, part.keys, part.offsets)
        progress(chunk.end - chunk.start)
    return total


@dataclass(frozen=True)
class _Maker:
    observer: Callable[[], Observer]

    def __call__(self) -> Callable[[Chunk], Part]:
        return self.observer().look
