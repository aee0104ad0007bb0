"""Training with several workers over the ring of MLX: starting them, watching them, ending them.

On this machine they are started here, with the two variables of the environment that make a ring
(MLX_HOSTFILE, MLX_RANK). `mlx.launch` would do the same and more slowly: it waits for their output
in loops that take half a core, and ends with 0 whatever they end with. Other machines need it.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from fixtures import CallgateError

from ...cli import EXIT_INTERRUPTED
from ...ending import ended_like_interrupted
from ...files import CHECKOUT
from ..blas import THREADS_VARIABLE

_RANK, _HOSTS = "MLX_RANK", "MLX_HOSTFILE"
_WATCHED = "CALLGATE_ENDS_WITH_STDIN"
_RUN = (
    f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); "
    "from pipeline.cli import main; sys.exit(main())"
)
_SECONDS_TO_SPEAK = 2.0
_SECONDS_TO_END = 10.0
# What mlx.launch says of a worker; its own exit code is always 0.
_ENDED = re.compile(r"Node with rank \d+ (?:exited with code (-?\d+)|was killed)")


def is_worker() -> bool:
    """Return whether this process is one of several that something started together."""
    return _RANK in os.environ


def end_with_parent() -> None:
    """Let this worker end, as if killed, when the process that started it here is gone."""
    if _WATCHED not in os.environ:
        return

    def watch() -> None:
        # Nothing is ever written to it: what ends the reading is the end of the parent.
        os.read(0, 1)
        os._exit(EXIT_INTERRUPTED)

    threading.Thread(target=watch, daemon=True).start()


def check_workers(batch_size: int, found: int, wanted: int | None) -> None:
    """Raise CallgateError when workers are missing or the rows of a batch cannot be shared out."""
    if wanted is not None and wanted < 1:
        raise CallgateError(f"--workers is {wanted}: it must be at least 1")
    if wanted is not None and found != wanted:
        raise CallgateError(
            f"{found} of {wanted} workers found each other: see that the hosts can reach each other"
        )
    if batch_size % found:
        raise CallgateError(
            f"batch_size is {batch_size}: it must be a multiple of the workers ({found})"
        )


def workers_on_this_machine() -> int:
    """Return how many workers of this training share this machine, this one among them."""
    try:
        hosts = json.loads(Path(os.environ[_HOSTS]).read_text(encoding="utf-8"))
        addresses = [host[0].rpartition(":")[0] for host in hosts]
        return addresses.count(addresses[int(os.environ[_RANK])])
    except (KeyError, OSError, ValueError, IndexError):
        return 1


class _Worker(NamedTuple):
    process: "subprocess.Popen[bytes]"
    said: IO[bytes] | None  # what it wrote to standard error; None when a person reads along


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _end(workers: Sequence[_Worker], with_signal: int) -> None:
    for worker in workers:
        if worker.process.poll() is None:
            worker.process.send_signal(with_signal)
    end = time.monotonic() + _SECONDS_TO_END
    for worker in workers:
        try:
            worker.process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()


def _watch(workers: Sequence[_Worker]) -> int:
    """Wait until all workers are done or one has failed; return the exit code of the first."""
    first = workers[0].process
    while True:
        codes = [worker.process.poll() for worker in workers]
        if not any(code is None for code in codes) or any(codes):
            break
        time.sleep(0.1)
    if not any(codes):
        return 0
    # What all have found wrong the first one says itself, if it comes to it.
    with contextlib.suppress(subprocess.TimeoutExpired):
        first.wait(_SECONDS_TO_SPEAK)
    _end(workers[:1], signal.SIGTERM)
    if first.returncode > 0:
        return first.returncode
    rank = next(rank for rank, code in enumerate(codes) if code)
    code, said = codes[rank] or 0, workers[rank].said
    if code < 0:
        name = signal.Signals(-code).name
        raise CallgateError(
            f"worker {rank} was ended by {name}: the same command goes on from the last checkpoint"
        )
    if said is not None:
        said.seek(0)
        sys.stderr.write(said.read().decode(errors="replace"))
    return code


def run_workers(count: int, arguments: Sequence[str]) -> int:
    """Run `callgate` with the arguments in `count` processes of this machine; return its exit code.

    The first one speaks, the others say only why they failed. Ctrl-C ends them all. Raises
    CallgateError when one was killed.
    """
    environment = {THREADS_VARIABLE: "1"} if count > 1 else {}
    environment |= os.environ
    with contextlib.ExitStack() as held:
        held.enter_context(ended_like_interrupted())
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="callgate-")))
        hosts = [[f"127.0.0.1:{port}"] for port in _free_ports(count)]
        (folder / "hosts.json").write_text(json.dumps(hosts), encoding="utf-8")
        environment[_HOSTS] = str(folder / "hosts.json")
        workers: list[_Worker] = []
        try:
            for rank in range(count):
                said = (folder / f"worker{rank}.txt").open("w+b") if rank else None
                process = subprocess.Popen(
                    [sys.executable, "-c", _RUN, *arguments],
                    env=environment | {_RANK: str(rank), _WATCHED: "1"},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL if rank else None,
                    stderr=said,
                    start_new_session=True,  # Ctrl-C reaches this process, which ends the workers
                )
                workers.append(_Worker(process, said))
            return _watch(workers)
        except KeyboardInterrupt:
            # The first one says where the training goes on.
            _end(workers, signal.SIGINT)
            return EXIT_INTERRUPTED
        finally:
            _end(workers, signal.SIGTERM)
            for worker in workers:
                if worker.said is not None:
                    worker.said.close()


def read_hosts(file: Path) -> list[str]:
    """Return the addresses in a hostfile of `mlx.launch`, one a worker; raises CallgateError."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        hosts = content["hosts"] if isinstance(content, dict) else content
        addresses = [str(host["ips"][0]) for host in hosts if host["ssh"]]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as problem:
        raise CallgateError(
            f"{file}: no hostfile of mlx.launch ({problem!r}): it is a list such as "
            '[{"ssh": "first", "ips": ["10.0.0.1"]}, {"ssh": "second", "ips": ["10.0.0.2"]}]'
        ) from None
    if len(addresses) < 2:
        raise CallgateError(f"{file}: names {len(addresses)} hosts: two at least make a ring")
    return addresses


def _launcher() -> str:
    found = shutil.which("mlx.launch", path=sysconfig.get_path("scripts")) or shutil.which(
        "mlx.launch"
    )
    if found is None:
        raise CallgateError("mlx.launch is not there: it comes with the package mlx")
    return found


def run_on_hosts(file: Path, arguments: Sequence[str]) -> int:
    """Run `callgate` with the arguments on the hosts of a hostfile through `mlx.launch`.

    The checkout, the model and the data must lie at the same paths on all of them. Returns the
    exit code of the first that failed.
    """
    addresses = read_hosts(file)
    shared = len(set(addresses)) < len(addresses)
    command = [
        *(_launcher(), "--backend", "ring", "--hostfile", str(file)),
        *(("--env", f"{THREADS_VARIABLE}=1") if shared else ()),
        *("--starting-port", str(_free_ports(1)[0])),
        *("--", sys.executable, "-c", _RUN, *arguments),
    ]
    # It reads its standard input in a loop that never waits where that is at its end.
    with (
        ended_like_interrupted(),
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as process,
    ):
        assert process.stderr is not None
        codes, said = list[int](), set[str]()
        try:
            for line in (raw.decode(errors="replace") for raw in process.stderr):
                if ended := _ENDED.search(line):
                    codes.append(int(ended[1] or -signal.SIGTERM))
                elif line not in said:
                    sys.stderr.write(line)
                if line.startswith("callgate: error: "):
                    said.add(line)
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_SECONDS_TO_END)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return EXIT_INTERRUPTED
        # One that failed by itself tells more than those that were ended for it.
        return process.wait() or next((code for code in codes if code > 0), min(1, len(codes)))
