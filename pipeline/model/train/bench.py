"""`make bench-train`: tokens learnt from in a second, beside `mlx_lm lora`.

The same rows and settings on four sides: `callgate train` in one process and in `--workers` of
them, `mlx_lm lora` with OpenBLAS, and `mlx_lm lora` as it is installed. A token counts when a row
that holds it is read, whether the loss counts it or not. The fast sides read the sample as often
as `--epochs` says, and the first time, which compiles, is left out. The slow one reads it once:
what it compiles is kept from the side before, and only its first iteration is left out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError

from ...benchmark import run_benchmark
from ...data.chunks import split_lines
from ...files import CHECKOUT
from ..embedded import EMBEDDED_MODEL_UNQUANTIZED
from .losses import read_losses
from .settings import TrainingSettings

_PLAIN = Path(__file__).with_name("plain.py")
_OURS = (
    f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); "
    "from pipeline.cli import main; sys.exit(main())"
)


class Iteration(NamedTuple):
    """What one iteration read, took and lost."""

    tokens: int
    seconds: float
    loss: float


class Side(NamedTuple):
    """One way to train, and its iterations without those that are left out."""

    name: str
    iterations: tuple[Iteration, ...]

    @property
    def tokens(self) -> int:
        """Tokens of the rows that were read."""
        return sum(iteration.tokens for iteration in self.iterations)

    @property
    def seconds(self) -> float:
        """Seconds of all iterations."""
        return sum(iteration.seconds for iteration in self.iterations)

    @property
    def speed(self) -> float:
        """Tokens a second."""
        return self.tokens / self.seconds


def sample(lines: Sequence[bytes], count: int) -> list[bytes]:
    """Return rows at even distances of their lengths, so that the sample is as long as the data."""
    ordered = sorted(lines, key=len)
    return [ordered[(2 * place + 1) * len(ordered) // (2 * count)] for place in range(count)]


def table(ours: Sequence[Side], others: Sequence[Side]) -> list[str]:
    """Return the lines of the comparison, the last ones its ratios."""
    sides = (*ours, *others)
    width = max(len(side.name) for side in sides)
    lines = [f"{'':<{width}}  iterations   tokens   seconds  tokens/s  last loss"]
    lines += [
        f"{side.name:<{width}}{len(side.iterations):>12}{side.tokens:>9}{side.seconds:>10.1f}"
        f"{side.speed:>10.1f}{side.iterations[-1].loss:>11.3f}"
        for side in sides
    ]
    lines += [
        f"measured: {side.name}, reads {side.speed / other.speed:.1f} times as many tokens a "
        f"second as {other.name}"
        for side in ours
        for other in others
    ]
    return lines


@contextmanager
def _child(
    command: list[str], *, stdin: int | None = None, stdout: int | None = None
) -> "Iterator[subprocess.Popen[str]]":
    # Ctrl-C reaches this process, which ends the child.
    child = subprocess.Popen(command, text=True, start_new_session=True, stdin=stdin, stdout=stdout)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def train_ours(
    data: Path, model: Path, out: Path, settings: TrainingSettings, workers: int = 1
) -> list[Iteration]:
    """Train with `callgate train` and return what loss.csv says of every iteration."""
    _say(f"callgate train, workers {workers}: {settings.iterations} iterations")
    words = ["train", str(data), "-o", str(out), "--model", str(model), "--force"]
    words += [*settings.as_flags(), "--workers", str(workers)]
    with _child([sys.executable, "-c", _OURS, *words], stdout=subprocess.DEVNULL) as child:
        if child.wait():
            raise CallgateError(f"callgate train ended with exit code {child.returncode}")
    reports = [report for report in read_losses(out) if report.train_loss is not None]
    begun = reports[0]._replace(tokens=0, seconds=0.0)
    return [
        Iteration(now.tokens - before.tokens, now.seconds - before.seconds, now.train_loss or 0.0)
        for before, now in pairwise([begun, *reports])
    ]


def train_plainly(
    name: str, data: Path, model: Path, out: Path, settings: TrainingSettings, **request: object
) -> list[Iteration]:
    """Train as `mlx_lm lora` does and return what its trainer reports of every iteration."""
    theirs = {
        "model": str(model),
        "data": str(data),
        "train": True,
        "adapter_path": str(out),
        "iters": settings.iterations,
        "batch_size": settings.batch_size,
        "num_layers": settings.layers,
        "learning_rate": settings.learning_rate,
        "steps_per_report": 1,
        "save_every": settings.iterations + 1,
        "max_seq_length": settings.window,
        "seed": settings.seed,
        "lora_parameters": {"rank": settings.rank, "scale": settings.scale, "dropout": 0.0},
    }
    pipe = subprocess.PIPE
    with _child([sys.executable, "-P", str(_PLAIN)], stdin=pipe, stdout=pipe) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps({"settings": theirs, **request}))
        child.stdin.close()
        steps = []
        for line in child.stdout:
            steps.append(Iteration(**json.loads(line)))
            seconds = sum(step.seconds for step in steps)
            _say(f"{name}: {len(steps)} of {settings.iterations} iterations, {seconds:.0f} s")
        if child.wait() or len(steps) != settings.iterations:
            raise CallgateError(f"{name} ended with exit code {child.returncode}")
    return steps


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.model.train.bench", description=(__doc__ or "").split("\n\n")[0]
    )
    add = parser.add_argument
    add("--data", type=Path, default=CHECKOUT / "data" / "balanced", help="folder of train.jsonl")
    add("--model", type=Path, default=EMBEDDED_MODEL_UNQUANTIZED, help="model folder")
    add("--rows", type=int, default=12, help="rows in the sample (%(default)s)")
    add("--batch-size", type=int, default=4, help="rows in a batch (%(default)s)")
    add("--epochs", type=int, default=4, help="times the fast sides read them (%(default)s)")
    add(
        "--plain-dtype",
        choices=("float32", "stored"),
        default="float32",
        help="what mlx_lm lora computes in; the 16 bits that models are stored in take a CPU "
        "several times longer (%(default)s)",
    )
    add("--workers", type=int, default=2, help="workers of our second side (%(default)s)")
    options = parser.parse_args(arguments)
    if options.workers < 2 or options.batch_size % options.workers:
        parser.error("--workers is 2 or more, and --batch-size a multiple of it")
    if min(options.rows, options.batch_size, options.epochs) < 1:
        parser.error("--rows, --batch-size and --epochs are at least 1")
    if options.rows % options.batch_size or options.rows == options.batch_size:
        parser.error("--rows must be a multiple of --batch-size, two times or more")
    return options


def compare(options: argparse.Namespace) -> None:
    """Train the same rows on all sides and print what it took."""
    file = options.data / "train.jsonl"
    lines = split_lines(file.read_bytes())
    if len(lines) < options.rows:
        raise CallgateError(f"{file}: has {len(lines)} rows of {options.rows}")
    epoch = options.rows // options.batch_size
    settings = TrainingSettings(
        iterations=epoch * options.epochs,
        batch_size=options.batch_size,
        report_every=1,
        save_every=epoch * options.epochs,
        evaluate_every=epoch * options.epochs,
    )
    with tempfile.TemporaryDirectory(prefix="callgate-bench-") as made:
        folder = Path(made)
        (folder / "data").mkdir()
        rows = b"\n".join(sample(lines, options.rows)) + b"\n"
        (folder / "data" / "train.jsonl").write_bytes(rows)
        compiling = epoch if options.epochs > 1 else 1
        ours, sides = [], []
        for workers in (1, options.workers):
            out = folder / f"ours{workers}"
            steps = train_ours(folder / "data", options.model, out, settings, workers)
            name = f"callgate train, {workers} worker{'' if workers == 1 else 's'}"
            ours.append(Side(name, tuple(steps[compiling:])))
        for name, openblas in (("with OpenBLAS", True), ("as installed", False)):
            side = f"mlx_lm lora, {name}"
            iterations = settings.iterations if openblas else epoch
            steps = train_plainly(
                side,
                folder / "data",
                options.model,
                folder / f"plain{openblas}",
                replace(settings, iterations=iterations),
                dtype=options.plain_dtype,
                openblas=openblas,
            )
            sides.append(Side(side, tuple(steps[compiling if openblas else 1 :])))
    print(
        f"{options.rows} rows of {options.data.name}, batches of {options.batch_size}, model "
        f"{options.model.name},\nrank {settings.rank}, all layers, {os.cpu_count()} cores; mlx_lm "
        f"lora in {options.plain_dtype}"
    )
    print("\n".join(table(ours, sides)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and return its exit code."""
    options = _options(arguments)
    return run_benchmark(lambda: compare(options))


if __name__ == "__main__":
    sys.exit(main())
