"""`callgate report`: the static site of all runs."""

import argparse
from collections.abc import Sequence

from fixtures import CallgateError

from .arguments import add_reports


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate report`."""
    parser = argparse.ArgumentParser(
        prog="callgate report",
        description="Write reports/index.html and a page for each run and case, readable from "
        "disk: no server, no request to anywhere.",
    )
    add_reports(parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run `callgate report` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)

    from fixtures import load_suite

    from ..report.site import write_site

    if not options.reports.is_dir():
        raise CallgateError(f"{options.reports}: no such folder: `pytest evals` makes it")
    site = write_site(options.reports, load_suite())
    for folder in site.unreadable:
        print(f"left out {folder.name}: {folder.problem}")
    print(f"{site.runs} runs, {site.cases} cases: {site.first_page}")
    return 0
