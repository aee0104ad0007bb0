"""`callgate quantize`: a model folder becomes a smaller one, and says what stayed wide."""

import argparse
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import BaseModel

from fixtures import CallgateError

from ..files import sha256_of_file
from .folders import megabytes
from .recipe import BITS, GROUP_SIZES, Calibration, Method, Recipe, Rule, parse_rule

if TYPE_CHECKING:
    from .quantize import Quantization

_EPILOG = """
A rule of --keep is LAYERS=BITS, LAYERS=BITS/GROUP or LAYERS=wide; of several rules for a layer the
last one wins. LAYERS is embed, head (one layer where they are tied), first or last block, a layer's
name such as v_proj, or a pattern of its path.

examples:
  callgate quantize models/cleaned -o models/cleaned-5bit
  callgate quantize models/cleaned -o models/cleaned-5bit --keep embed=8 --keep v_proj=6
  callgate quantize models/cleaned -o models/cleaned-4bit --bits 4 --keep 'model.layers.0.*=8/32'
  callgate quantize models/cleaned -o models/cleaned-4bit --bits 4 --calibration data/train.jsonl

With --calibration: gptq makes up for the error of a column of weights in the next ones, awq scales
the inputs of layers so that the weights which matter are rounded least, dwq learns the scales from
what the model answers before. awq rounds all linear layers alike. On a CPU begin with few rows: for
the embedded model awq took 19 minutes for 16 of them, dwq 7 for 128, gptq 2 for 64.

The folder is written whole or not at all.
"""


class QuantizeRecord(BaseModel):
    """What a quantized folder was made from."""

    schema_version: Literal[1] = 1
    source_name: str
    source_fingerprint: str
    bits: int
    group_size: int
    rules: list[str]
    calibration_sha256: str | None  # of the rows that it was rounded for; None: nearest values
    calibration_rows: int | None
    method: str | None = None  # gptq, awq or dwq; None: nearest values, or an older gptq
    bits_per_weight: float
    skipped: list[str]
    fingerprint: str
    mlx: str
    mlx_lm: str


def _rule(text: str) -> Rule:
    try:
        return parse_rule(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate quantize`."""
    parser = argparse.ArgumentParser(
        prog="callgate quantize",
        description="Make a model folder smaller.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", type=Path, metavar="MODEL", help="a model folder that is not quantized")
    add("-o", "--out", type=Path, metavar="DIR", required=True, help="the folder to write")
    bits, groups = ", ".join(map(str, BITS)), ", ".join(map(str, GROUP_SIZES))
    add("--bits", type=int, default=5, help=f"of a weight: {bits} (default: 5)")
    add("--group-size", type=int, default=64, help=f"weights to a scale: {groups} (default: 64)")
    add("--keep", type=_rule, action="append", default=[], metavar="RULE", help="see below")
    add(
        "--calibration",
        type=Path,
        metavar="DATA",
        help="round so that answers to these rows (JSON Lines) change least",
    )
    add(
        "--method",
        choices=get_args(Method),
        help="how, see below (default with --calibration: gptq)",
    )
    add("--calibration-rows", type=int, default=64, help="rows of it to read (default: 64)")
    return parser.parse_args(arguments)


def quantize_model(
    source: Path, target: Path, recipe: Recipe, calibration: Calibration | None = None
) -> "Quantization":
    """Write the quantized model into the new folder `target`; raises CallgateError."""
    from .folder import QUANTIZE_RECORD, model_fingerprint
    from .folders import atomic_folder, check_output, locked_parent
    from .quantize import quantize_folder

    recipe.check()
    check_output(target, (source,))
    with locked_parent(target.parent):
        check_output(target, ())
        with atomic_folder(target) as part:
            done = quantize_folder(source, part, recipe, calibration)
            record = QuantizeRecord(
                source_name=source.resolve().name,
                source_fingerprint=model_fingerprint(source),
                bits=recipe.bits,
                group_size=recipe.group_size,
                rules=[str(rule) for rule in recipe.rules],
                calibration_sha256=calibration and sha256_of_file(calibration.data),
                calibration_rows=calibration and calibration.rows,
                method=calibration and calibration.method,
                bits_per_weight=done.bits_per_weight,
                skipped=list(done.skipped),
                fingerprint=model_fingerprint(part),
                mlx=metadata.version("mlx"),
                mlx_lm=metadata.version("mlx-lm"),
            )
            (part / QUANTIZE_RECORD).write_text(record.model_dump_json(indent=2), encoding="utf-8")
    return done


def summary(done: "Quantization") -> list[str]:
    """Return what is said at the end: how many layers got which bits, and which stayed wide."""
    counts: dict[tuple[int, int], int] = {}
    for setting in done.settings.values():
        counts[setting] = counts.get(setting, 0) + 1
    lines = [
        f"{count} layers at {bits} bits in groups of {group_size}"
        for (bits, group_size), count in sorted(counts.items())
    ]
    lines.append(
        f"stayed wide (no multiple of their group, or kept): {', '.join(done.skipped)}"
        if done.skipped
        else "no layer skipped"
    )
    lines.append(f"{done.bits_per_weight:.2f} bits a weight, {megabytes(done.size)}")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Run `callgate quantize` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)
    started = time.perf_counter()
    recipe = Recipe(options.bits, options.group_size, tuple(options.keep))
    calibration = None
    if options.calibration is not None:
        if options.calibration_rows < 1:
            raise CallgateError("--calibration-rows must be at least 1")
        method: Method = options.method or "gptq"
        calibration = Calibration(options.calibration, options.calibration_rows, method)
    elif options.method is not None:
        raise CallgateError("--method rounds for rows: give --calibration DATA too")
    done = quantize_model(options.model, options.out, recipe, calibration)
    for line in summary(done):
        print(line)
    print(f"wrote {options.out} in {time.perf_counter() - started:.1f} s")
    return 0
