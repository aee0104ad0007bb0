"""`callgate audit`: tell what a data set will teach a model."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fixtures import SUITE_FOLDER, CallgateError

EPILOG = """
DATA is a JSON Lines file, or a folder with train.jsonl and perhaps valid.jsonl and test.jsonl, in
the chat form (calls as text), the OpenAI form (tool_calls beside the content) or the ShareGPT form
(conversations); the form is detected row by row.

Exit codes: 0 fine, 1 findings at --fail-on, 2 bad input.
"""


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line of `callgate audit`."""
    parser = argparse.ArgumentParser(
        prog="callgate audit",
        description="Tell what a data set will teach a model, and show the rows.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("data", nargs="+", type=Path, metavar="DATA", help="files or folders, audited as one")
    add("--json", type=Path, metavar="FILE", help="write the report as JSON (- for stdout)")
    add("--html", type=Path, metavar="FILE", help="write the report as one self-contained page")
    add("--compare", type=Path, metavar="OTHER", help="show the findings of two data sets")
    add("--fail-on", choices=("error", "warning"), help="exit with 1 on such findings")
    add("--model", type=Path, metavar="FOLDER", help="check length and roles with its tokenizer")
    add("--window", type=int, default=2048, help="training window in tokens (default %(default)s)")
    add("--suite", type=Path, default=SUITE_FOLDER, metavar="FOLDER", help="another suite")
    add("--rejects", type=Path, metavar="FILE", help="set lines that are no rows aside in FILE")
    add("--rows", type=int, default=1000, help="rows listed per finding (default %(default)s)")
    add("--workers", type=int, help="processes (default: as many as the size is worth)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `callgate audit` and return its exit code."""
    options = parse_arguments(arguments)
    if options.window < 1 or options.rows < 0:
        raise CallgateError("--window must be at least 1, --rows at least 0")

    from rich.console import Console

    from ..files import write_atomic
    from .audit import AuditSettings, audit
    from .audit_text import print_comparison, print_report
    from .data_set import find_files
    from .progress import progress_bar

    settings = AuditSettings(
        options.suite, options.model, options.window, options.rows, options.workers
    )
    if options.json is None or str(options.json) != "-":
        for path in (options.json, options.html, options.rejects):
            if path is not None and not path.parent.is_dir():
                raise CallgateError(f"{path.parent}: no such folder")
    if options.rejects is not None and options.rejects.exists():
        raise CallgateError(f"{options.rejects}: exists already; nothing is overwritten")
    total = sum(file.path.stat().st_size for file in find_files(options.data))
    with progress_bar("audit", total) as progress:
        report = audit(options.data, settings, rejects=options.rejects, progress=progress)
    other = audit([options.compare], settings) if options.compare else None
    if options.json is not None:
        text = report.model_dump_json(indent=2) + "\n"
        if str(options.json) == "-":
            print(text, end="")
        else:
            write_atomic(options.json, text)
    if options.html is not None:
        from .audit_page import render_page

        write_atomic(options.html, render_page(report, other))
    if options.json is None or str(options.json) != "-":
        console = Console(highlight=False, soft_wrap=False)
        print_report(report, console)
        if other is not None:
            print_comparison(report, other, console)
        for name, path in (("JSON", options.json), ("page", options.html)):
            if path is not None:
                console.print(f"{name}: {path}", soft_wrap=True)
        if options.rejects is not None:
            console.print(f"{report.rejected} rejected lines: {options.rejects}", soft_wrap=True)
    failing = report.errors + (report.warnings if options.fail_on == "warning" else 0)
    return 1 if options.fail_on and failing else 0
