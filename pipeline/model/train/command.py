"""`callgate train`: a LoRA adapter out of a base model and chat data."""

import argparse
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from fixtures import CallgateError

from ..embedded import EMBEDDED_MODEL_UNQUANTIZED
from .settings import TrainingPaths, TrainingSettings, settings_from


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line of `callgate train`."""
    parser = argparse.ArgumentParser(
        prog="callgate train",
        description="Train a LoRA adapter on chat data, with loss on every assistant turn.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "data", type=Path, metavar="DATA", help="a folder with train.jsonl, better also valid.jsonl"
    )
    add("-o", "--adapter", type=Path, required=True, metavar="DIR", help="the folder to write")
    add(
        "--model",
        type=Path,
        default=EMBEDDED_MODEL_UNQUANTIZED,
        metavar="DIR",
        help="the base model's folder (default: the embedded model, unquantized)",
    )
    add("--restart", action="store_true", help="throw an unfinished training away")
    add("--force", action="store_true", help="replace an adapter that is there")
    group = parser.add_argument_group("hyper-parameters")
    for entry in fields(TrainingSettings):
        flag = f"--{entry.name.replace('_', '-')}"
        text = f"{entry.metadata['help']} (default: %(default)s)"
        if isinstance(entry.default, bool):
            group.add_argument(flag, action="store_true", help=entry.metadata["help"])
        else:
            kind = type(entry.default)
            group.add_argument(flag, type=kind, default=entry.default, help=text)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `callgate train` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)
    settings = settings_from(
        {entry.name: getattr(options, entry.name) for entry in fields(TrainingSettings)}
    )
    paths = TrainingPaths(options.model, options.data, options.adapter)
    if not (paths.data / "train.jsonl").is_file():
        raise CallgateError(f"{paths.data}: holds no train.jsonl")
    if paths.adapter.exists() and not options.force:
        raise CallgateError(f"{paths.adapter} exists: give another -o, or --force to replace it")
    # Imported here: `--help` needs none of it.
    from .training import train_adapter

    manifest = train_adapter(paths, settings, restart=options.restart)
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
