"""`callgate clean`: repair a data set without losing anything."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import SUITE_FOLDER, CallgateError

if TYPE_CHECKING:
    from .clean import Cleaned
    from .fixers.announcements import Mode

# The ids of the fixers; tests hold this against pipeline.data.fixers.
FIXER_IDS = (
    *("double_wraps", "roles", "contamination", "announcements", "preambles", "trailing"),
    *("envelope", "duplicates", "leakage"),
)

EPILOG = """
fixers:
  double_wraps   leave one wrap around each tool response
  roles          rename roles that a chat template does not render
  contamination  drop rows that ask a validation query
  announcements  merge across calls that are promised and made a turn later
  preambles      cut the text before calls
  trailing       cut the text after calls
  envelope       write every call in one spelling of the markup
  duplicates     drop rows that stand in the same file already
  leakage        drop held-out rows that an earlier file has

DATA is a JSON Lines file or a folder with train.jsonl; OUT is the same kind and must not exist.
Beside the rows stand changes.jsonl (every touched row, before and after) and manifest.json.

Exit codes: 0 fine, 2 bad input or a finding that remains; then nothing was written.
"""


def _fixer_list(text: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if unknown := sorted(names - set(FIXER_IDS)):
        known = ", ".join(FIXER_IDS)
        raise argparse.ArgumentTypeError(f"no fixer is named {unknown[0]!r}; known: {known}")
    return names


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line of `callgate clean`."""
    parser = argparse.ArgumentParser(
        prog="callgate clean",
        description="Repair a data set without losing anything.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("data", type=Path, metavar="DATA", help="a JSON Lines file or a folder with train.jsonl")
    add(
        "out", type=Path, metavar="OUT", nargs="?", help="where the result goes (not for a dry run)"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--only", type=_fixer_list, metavar="FIXERS", help="these fixers, no others")
    which.add_argument("--skip", type=_fixer_list, metavar="FIXERS", help="all but these fixers")
    add(
        "--announcements",
        choices=("merge", "drop", "keep"),
        default="merge",
        help="merge the user's text with the call (default), drop the row, or keep it",
    )
    add("--dry-run", action="store_true", help="print a diff and write nothing")
    add("--rejects", type=Path, metavar="FILE", help="set lines that are no rows aside in FILE")
    add("--suite", type=Path, default=SUITE_FOLDER, metavar="FOLDER", help="another suite")
    add("--workers", type=int, help="processes (default: as many as the size is worth)")
    return parser.parse_args(arguments)


def chosen_fixers(options: argparse.Namespace) -> frozenset[str]:
    """Return the fixers that the options leave on."""
    chosen = frozenset(FIXER_IDS) if options.only is None else options.only
    chosen -= options.skip or frozenset()
    return chosen - {"announcements"} if options.announcements == "keep" else chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `callgate clean` and return its exit code."""
    options = parse_arguments(arguments)
    if options.out is None and not options.dry_run:
        raise CallgateError("give OUT, or --dry-run to see what would be done")

    from .clean import CleanSettings, clean
    from .data_set import find_files
    from .progress import progress_bar

    mode: Mode = "drop" if options.announcements == "drop" else "merge"
    settings = CleanSettings(chosen_fixers(options), mode, options.suite, options.workers)
    total = sum(file.path.stat().st_size for file in find_files([options.data]))
    show = None
    if options.dry_run:
        from .difference import print_change

        show = print_change
    with progress_bar("clean", total) as progress:
        cleaned = clean(
            options.data,
            options.out or options.data,
            settings,
            rejects=options.rejects,
            show=show,
            dry_run=options.dry_run,
            progress=progress,
        )
    for line in summary(cleaned, options.rejects, dry_run=options.dry_run):
        print(line)
    return 0


def summary(cleaned: "Cleaned", rejects: Path | None, *, dry_run: bool) -> list[str]:
    """Return what is said at the end: rows in = rows out + rows dropped + lines rejected."""
    manifest = cleaned.manifest
    dropped = sum(manifest.dropped.values())
    rejected = f" + {manifest.rejected} rejected" if manifest.rejected else ""
    lines = [
        f"{manifest.rows_in} rows in = {manifest.rows_out} out + {dropped} dropped{rejected}; "
        f"{manifest.changed} changed"
    ]
    for file in manifest.files:
        lines.append(
            f"  {file.name}: {file.rows_in} in, {file.rows_out} out, {file.changed} changed"
        )
    lines.extend(f"  dropped: {count} x {reason}" for reason, count in manifest.dropped.items())
    if rejects is not None and not dry_run:
        lines.append(f"  rejected: {manifest.rejected} lines in {rejects}")
    if dry_run:
        lines.append("nothing was written (--dry-run)")
        return lines
    fixers = ", ".join(manifest.fixers)
    lines.append(f"audit of the result: 0 findings left of {fixers}")
    lines.extend(f"written: {path}" for path in cleaned.outputs)
    lines.append(f"every change: {cleaned.changes}")
    return lines
