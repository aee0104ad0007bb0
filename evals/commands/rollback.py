"""`callgate rollback`: undo the last promotion."""

import argparse
import datetime
from collections.abc import Sequence

from .arguments import add_reports


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate rollback`."""
    parser = argparse.ArgumentParser(
        prog="callgate rollback",
        description="Undo the last promotion: production and baseline are again what they were.",
    )
    add_reports(parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run `callgate rollback` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)

    from ..archive.promoting import roll_back

    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    undone = roll_back(options.reports, now)
    print(f"{undone.run} is no longer in production")
    print(f"production: {undone.previous_production or 'no run'}")
    print(f"baseline: {undone.previous_baseline or 'no run'}")
    if undone.archived_adapter:
        print(f"its adapter as it was: {options.reports / undone.archived_adapter}")
    return 0
