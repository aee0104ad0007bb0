"""Running a benchmark as a command: its exit codes, and an end by Ctrl-C or SIGTERM."""

import sys
from collections.abc import Callable

from fixtures import CallgateError

from .cli import EXIT_INTERRUPTED
from .ending import ended_like_interrupted


def run_benchmark(measure: Callable[[], None]) -> int:
    """Measure and return the exit code: 2 for bad input, 130 when it was interrupted."""
    try:
        with ended_like_interrupted():
            measure()
    except CallgateError as problem:
        print(f"callgate: error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0
