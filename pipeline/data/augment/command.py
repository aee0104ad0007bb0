"""`callgate augment`: generate examples of what a data set lacks."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import SUITE_FOLDER, CallgateError

if TYPE_CHECKING:
    from .generate import Example

DEFAULT_COUNT = 100

EPILOG = """
categories:
  direct_answers   questions answered without a call, near misses
  single_tool      one tool, asked for in many ways
  tool_identity    shell words, for which a typed tool is called
  field_access     every field of every result: read, filtered, counted, sorted
  cross_tool       two and three tools in one call, results flowing between them
  edge_cases       bans, typos, other languages, odd paths
  summary          a second turn that tells what the result says
  chaining         a second turn that makes the next call

Every call is read by the auditor and run against made-up results before it is written. No row asks
a query of the suite, nor nearly one; no query comes twice. The same seed gives the same bytes.

--data-set makes one of the sets in data/, a folder with train.jsonl, valid.jsonl and manifest.json:
  augmented        varied, with the habits of the data of a model that failed, as many of each
  balanced         without them, every category by weight, in one style
  further          a second lesson after balanced: more facts, wishes and flows, the rest anew
  wide             one lesson that holds every kind, most of it written by hand one by one

examples:
  callgate augment --count 1000 -o rows.jsonl
  callgate augment --category cross_tool --count 80 --seed 7 -o cross.jsonl
  callgate augment --data-set balanced -o data/balanced

Exit codes: 0 fine, 2 bad input; then nothing was written.
"""


def argument_parser() -> argparse.ArgumentParser:
    """Return the parser of `callgate augment`, without what only runs can say."""
    parser = argparse.ArgumentParser(
        prog="callgate augment",
        description="Generate examples: queries, calls that run, whole conversations.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--category",
        action="append",
        metavar="NAME",
        help="only this category; may be given several times (default: all, by weight)",
    )
    add("--count", type=int, help=f"rows in all (default {DEFAULT_COUNT})")
    add("--data-set", metavar="NAME", help="make a whole set of data/ instead, see below")
    add("--seed", type=int, default=0, help="another seed gives other rows (default %(default)s)")
    add("-o", "--out", type=Path, metavar="OUT", help="the .jsonl file, or the set's folder")
    add("--force", action="store_true", help="write over OUT if it is there")
    add(
        "--varied",
        action="store_true",
        help="answer in many forms of code and words; without, the same request is always answered "
        "in the same form, which a small model learns from fewer rows",
    )
    add("--suite", type=Path, default=SUITE_FOLDER, metavar="FOLDER", help="another suite to avoid")
    return parser


def check_out(out: Path, *, force: bool) -> None:
    """Refuse an output that is there already, is no .jsonl file or has no folder to stand in."""
    if out.suffix != ".jsonl":
        raise CallgateError(f"{out}: the output is a .jsonl file")
    if not out.parent.is_dir():
        raise CallgateError(f"{out.parent}: no such folder")
    if out.is_dir() or (out.exists() and not force):
        raise CallgateError(f"{out}: exists already; --force writes over a file")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `callgate augment` as far as it needs no run, and return its exit code."""
    return run(argument_parser().parse_args(arguments))


def run(options: argparse.Namespace) -> int:
    """Generate what parsed options ask for and return the exit code."""
    if options.out is None:
        raise CallgateError("give -o OUT, where the rows go")
    if options.data_set is not None:
        if options.category or options.count is not None or options.varied:
            raise CallgateError(
                "--data-set makes a whole set: leave out --category, --count and --varied"
            )
        return _make_data_set(options)
    if options.count is not None and options.count < 1:
        raise CallgateError("--count must be at least 1")
    check_out(options.out, force=options.force)

    from .generate import WEIGHTS, generate, share_out

    chosen = {name: WEIGHTS.get(name, 1) for name in options.category or WEIGHTS}
    counts = share_out(options.count or DEFAULT_COUNT, chosen)
    one_style = not options.varied
    write_examples(generate(counts, options.seed, options.suite, one_style=one_style), options.out)
    return 0


def _make_data_set(options: argparse.Namespace) -> int:
    from .data_sets import write_data_set

    manifest = write_data_set(
        options.data_set, options.out, options.seed, options.suite, force=options.force
    )
    for file in manifest.files:
        print(f"{file.name}: {file.rows} rows, {len(file.kinds)} kinds")
        for defect, rows in file.defects.items():
            print(f"  {defect:<15} {rows:>6}")
    print(f"written: {options.out}")
    return 0


def write_examples(examples: Sequence["Example"], out: Path) -> None:
    """Write the rows of examples to a file and say what they are."""
    from ...files import write_atomic
    from .generate import rows_as_lines

    write_atomic(out, rows_as_lines(example.row for example in examples))
    for line in summary(examples):
        print(line)
    print(f"written: {out}")


def summary(examples: Sequence["Example"]) -> list[str]:
    """Return what is said at the end: rows by category, with its kinds, and rows by tool."""
    total = len(examples)
    categories = Counter(example.kind.category for example in examples)
    tools = Counter(tool for example in examples for tool in example.tools)
    lines = [f"{total} rows"]
    for category, count in sorted(categories.items(), key=lambda item: (-item[1], item[0])):
        kinds = {example.kind.name for example in examples if example.kind.category == category}
        plural = "kind" if len(kinds) == 1 else "kinds"
        lines.append(f"  {category:<15} {count:>6}  of {len(kinds)} {plural}")
    lines.append("rows that call a tool")
    for tool, count in sorted(tools.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"  {tool:<18} {count:>6}  {count / total:6.1%}")
    return lines
