"""Builds side by side: each a process of its own, a lane for each that runs at a time."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures import CallgateError
from pipeline.ending import ended_like_interrupted
from pipeline.files import CHECKOUT
from pipeline.model.blas import THREADS_VARIABLE
from pipeline.model.train.progress import duration

from .plan import ArmBuild

Say = Callable[[str], None]

_TRAINING = re.compile(r"training: iteration (\d+)/")
_SHOWN = ("training: iteration", "[", "callgate")
_SECONDS_BETWEEN = 60.0


class Board:
    """How many iterations of all trainings are done, and how long the rest will take.

    Trainings take nearly all of the time: asking the cases counts as part of them.
    """

    def __init__(self, builds: Sequence[str], iterations: int) -> None:
        self._iterations = iterations
        self._first: dict[str, int] = {}
        self._done = dict.fromkeys(builds, 0)
        self._finished = 0

    def take(self, build: str, line: str) -> None:
        """Take note of a line that a build printed."""
        if found := _TRAINING.search(line):
            self._done[build] = int(found[1])
            self._first.setdefault(build, int(found[1]))

    def finish(self, build: str) -> None:
        """Take note of a build that is done."""
        self._finished += 1
        self._done[build] = self._iterations
        self._first.setdefault(build, self._iterations)

    def line(self, seconds: float) -> str:
        """Return what is done and left, `seconds` after the beginning."""
        total = self._iterations * len(self._done)
        done = sum(self._done.values())
        worked = done - sum(self._first.values())
        left = seconds / worked * (total - done) if worked else None
        told = "" if left is None else f", about {duration(left)} left"
        share = f"{100 * done / total:.0f} % of the training"
        return f"experiment: {self._finished} of {len(self._done)} builds done, {share}{told}"


def _log(build: ArmBuild) -> Path:
    return build.experiment.folder / f"{build.name}.log"


class _Lanes:
    """Runs builds, as many at a time as there are lanes, and prints what they say."""

    def __init__(self, builds: Sequence[ArmBuild], lanes: int, say: Say) -> None:
        self._builds = builds
        self._lanes = lanes
        self._say = say
        self._board = Board([build.name for build in builds], builds[0].experiment.iterations)
        self._started = self._said = time.monotonic()
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self) -> list[ArmBuild]:
        """Run all builds and return those that failed."""
        # To be told to end must not leave builds behind that go on.
        with ended_like_interrupted():
            codes = self._run_all()
        return [build for build, code in zip(self._builds, codes, strict=True) if code]

    def _run_all(self) -> list[int]:
        with ThreadPoolExecutor(self._lanes) as pool:
            try:
                return list(pool.map(self._run, self._builds))
            except KeyboardInterrupt:
                # The builds were interrupted by the same key; those that wait must not begin.
                self._stopped = True
                for process in list(self._processes):
                    process.terminate()
                self._say("stopped: what is made is kept, and the same command makes the rest")
                raise

    def _run(self, build: ArmBuild) -> int:
        if self._stopped:
            return 1
        words = f"import sys; from pipeline.cli import main; sys.exit(main({build.words!r}))"
        threads = max(1, (os.cpu_count() or 1) // self._lanes)
        with (
            _log(build).open("a", buffering=1, encoding="utf-8") as log,
            subprocess.Popen(
                [sys.executable, "-c", words],
                cwd=CHECKOUT,
                # Who shares the machine with other work says so in the variable.
                env={THREADS_VARIABLE: str(threads)} | os.environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process,
        ):
            self._processes.add(process)
            assert process.stdout is not None
            for line in process.stdout:
                log.write(line)
                self._take(build, line.rstrip())
        self._processes.discard(process)
        if process.returncode == 0:
            with self._lock:
                self._board.finish(build.name)
                self._tell()
        return process.returncode

    def _take(self, build: ArmBuild, line: str) -> None:
        with self._lock:
            self._board.take(build.name, line)
            if line.startswith(_SHOWN):
                self._say(f"{build.name:<16} {line}")
            if time.monotonic() - self._said > _SECONDS_BETWEEN:
                self._tell()

    def _tell(self) -> None:
        self._said = time.monotonic()
        self._say(self._board.line(self._said - self._started))


def run_builds(builds: Sequence[ArmBuild], lanes: int, say: Say) -> None:
    """Make the builds, `lanes` at a time, each with its share of the processor's cores.

    What is made already is skipped. Raises CallgateError that names those that failed; the others
    are made.
    """
    failed = _Lanes(builds, lanes, say).run()
    if failed:
        logs = ", ".join(str(_log(build)) for build in failed)
        raise CallgateError(
            f"{len(failed)} of {len(builds)} builds failed; {logs} say why; the same command "
            "makes what is missing"
        )
