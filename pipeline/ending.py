"""Being told to end by SIGTERM, as a service manager or another process does it."""

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def ended_like_interrupted() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt within, so that child processes are ended as well."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
