"""`callgate train`: a LoRA adapter out of a base model and chat data."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from fixtures import CallgateError

from ..embedded import EMBEDDED_MODEL_UNQUANTIZED
from .settings import TrainingPaths, TrainingSettings, settings_from

_EPILOG = """
examples:
  callgate train data/balanced -o adapters/balanced
  callgate train -c lora.yaml                        # a file for `mlx_lm lora -c`
  callgate train data/balanced -o adapters/two --workers 2 --batch-size 4
  callgate train data/more -o adapters/better --start adapters/balanced

A training that was stopped, killed or ran out of memory goes on from its last checkpoint when the
same command is given again. What the command line says stands above what FILE says.
docs/training.md explains what is learnt and every file that is written.
"""


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line of `callgate train`; settings that it leaves out are not in it."""
    parser = argparse.ArgumentParser(
        prog="callgate train",
        description="Train a LoRA adapter on chat data, with loss on every assistant turn.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        *("data",),
        type=Path,
        nargs="?",
        metavar="DATA",
        help="a folder with train.jsonl, better also valid.jsonl",
    )
    add(
        *("-o", "--out", "--adapter"),
        dest="adapter",
        type=Path,
        metavar="DIR",
        help="the folder to write",
    )
    add(
        "--model",
        type=Path,
        metavar="DIR",
        help="the base model's folder (default: the embedded model, unquantized)",
    )
    add("-c", "--config", type=Path, metavar="FILE", help="settings as `mlx_lm lora -c` reads them")
    add(
        "--start",
        type=Path,
        metavar="DIR",
        help="go on from this adapter of the same base, rank, scale and layers",
    )
    add("--restart", action="store_true", help="throw an unfinished training away")
    add("--overwrite", action="store_true", help="replace an adapter that is there")
    add(
        "--force",
        action="store_true",
        help="train although the audit finds errors in the data or memory seems too small",
    )
    add("--workers", type=int, metavar="N", help="train with N processes on this machine")
    add("--hostfile", type=Path, metavar="FILE", help="train on the hosts of a file of mlx.launch")
    group = parser.add_argument_group("hyper-parameters")
    for entry in fields(TrainingSettings):
        options: dict[str, Any] = {"default": argparse.SUPPRESS, "help": entry.metadata["help"]}
        if isinstance(entry.default, bool):
            options["action"] = argparse.BooleanOptionalAction
        else:
            options |= {"type": type(entry.default), "metavar": entry.name.upper()}
            options["help"] += f" (default: {entry.default})" if entry.default != "" else ""
        group.add_argument(f"--{entry.name.replace('_', '-')}", **options)
    return parser.parse_args(arguments)


def asked(options: argparse.Namespace) -> tuple[TrainingPaths, TrainingSettings]:
    """Return what the command line asks for and, where it is silent, the configuration file."""
    given = {
        entry.name: getattr(options, entry.name)
        for entry in fields(TrainingSettings)
        if hasattr(options, entry.name)
    }
    named: dict[str, Path] = {}
    if options.config is not None:
        from .config_file import read_config

        config = read_config(options.config)
        given = config.settings | given
        named = config.paths
        if _speaks():
            for note in config.notes:
                print(f"callgate: {options.config}: {note}", file=sys.stderr)
    data, adapter = options.data or named.get("data"), options.adapter or named.get("adapter_path")
    if data is None or adapter is None:
        missing = "-o" if data is not None else "DATA"
        raise CallgateError(f"{missing} is missing: `callgate train DATA -o DIR`, or -c FILE")
    model = options.model or named.get("model") or EMBEDDED_MODEL_UNQUANTIZED
    start = options.start or named.get("start")
    return TrainingPaths(model, data, adapter, start), settings_from(given)


def _speaks() -> bool:
    """Return whether this process is to be heard: of many workers only the first is."""
    return os.environ.get("MLX_RANK", "0") == "0"


def _count_workers(options: argparse.Namespace, batch_size: int) -> int:
    """Return how many workers are asked for; raises CallgateError where they cannot share."""
    from .workers import check_workers, read_hosts

    count: int = 1 if options.workers is None else options.workers
    if options.hostfile is not None:
        count = len(read_hosts(options.hostfile))
        if options.workers not in (None, count):
            raise CallgateError(
                f"--workers is {options.workers}, and {options.hostfile} names {count} hosts"
            )
    check_workers(batch_size, count, count)
    return count


def _spread(options: argparse.Namespace, arguments: Sequence[str], count: int) -> int:
    """Run the command again in every worker and return its exit code."""
    from .workers import run_on_hosts, run_workers

    if options.hostfile is None:
        return run_workers(count, ["train", *arguments])
    return run_on_hosts(options.hostfile, ["train", *arguments, "--workers", str(count)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `callgate train` and return 0; raises CallgateError."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = parse_arguments(arguments)
    paths, settings = asked(options)
    if not (paths.data / "train.jsonl").is_file():
        raise CallgateError(f"{paths.data}: holds no train.jsonl")
    if paths.adapter.exists() and not options.overwrite:
        raise CallgateError(
            f"{paths.adapter} exists: give another -o, or --overwrite to replace it"
        )
    # Imported here: `--help` needs none of it.
    from .preflight import check_data
    from .workers import end_with_parent, is_worker

    if is_worker():
        # What starts workers in the background may have told them to ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        end_with_parent()
    else:
        count = _count_workers(options, settings.batch_size)
        check_data(paths, settings.window, force=options.force)
        if count > 1:
            return _spread(options, arguments, count)
    from .checkpoint import iteration_of
    from .training import train_adapter

    try:
        manifest = train_adapter(
            paths,
            settings,
            restart=options.restart,
            force=options.force,
            workers=options.workers,
        )
    except KeyboardInterrupt:
        done = iteration_of(paths.unfinished)
        if _speaks():
            print(
                f"callgate: the same command goes on after iteration {done} of "
                f"{settings.iterations}",
                file=sys.stderr,
            )
        raise
    if manifest is not None:
        print(
            f"{paths.adapter}: {settings.iterations} iterations, {manifest.tokens} tokens in "
            f"{manifest.seconds:.0f} s ({manifest.tokens / manifest.seconds:.0f} tokens/s), "
            f"train loss {manifest.train_loss:.3f}"
            + (
                ""
                if manifest.valid_loss is None
                else f", validation loss {manifest.valid_loss:.3f}"
            )
        )
    return 0
