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

examples:
  callgate augment --count 1000 -o balanced.jsonl
  callgate augment --category cross_tool --count 80 --seed 7 -o cross.jsonl

Exit codes: 0 fine, 2 bad input; then nothing was written.
"""


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line of `callgate augment`."""
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
    add("--count", type=int, default=DEFAULT_COUNT, help="rows in all (default %(default)s)")
    add("--seed", type=int, default=0, help="another seed gives other rows (default %(default)s)")
    add("-o", "--out", type=Path, metavar="FILE", help="the JSON Lines file to write")
    add("--force", action="store_true", help="write over FILE if it is there")
    add("--suite", type=Path, default=SUITE_FOLDER, metavar="FOLDER", help="another suite to avoid")
    return parser.parse_args(arguments)


def check_out(out: Path, *, force: bool) -> None:
    """Refuse an output that is there already, is no .jsonl file or has no folder to stand in."""
    if out.suffix != ".jsonl":
        raise CallgateError(f"{out}: the output is a .jsonl file")
    if not out.parent.is_dir():
        raise CallgateError(f"{out.parent}: no such folder")
    if out.is_dir() or (out.exists() and not force):
        raise CallgateError(f"{out}: exists already; --force writes over a file")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `callgate augment` and return its exit code."""
    options = parse_arguments(arguments)
    if options.count < 1:
        raise CallgateError("--count must be at least 1")
    if options.out is None:
        raise CallgateError("give -o FILE, where the rows go")
    check_out(options.out, force=options.force)

    from ...files import write_atomic
    from .generate import WEIGHTS, generate, rows_as_lines, share_out

    chosen = {name: WEIGHTS.get(name, 1) for name in options.category or WEIGHTS}
    examples = generate(share_out(options.count, chosen), options.seed, options.suite)
    write_atomic(options.out, rows_as_lines(examples))
    for line in summary(examples):
        print(line)
    print(f"written: {options.out}")
    return 0


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
