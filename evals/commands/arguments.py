"""Arguments that the commands over runs share."""

import argparse
from pathlib import Path

from fixtures import CallgateError
from pipeline.files import CHECKOUT

REPORTS = CHECKOUT / "reports"

RUN_HELP = "a run folder, its number or name, `latest`, or a tag such as `baseline`"


def add_reports(parser: argparse.ArgumentParser) -> None:
    """Add `--reports DIR`, where run folders are looked for."""
    parser.add_argument(
        "--reports",
        type=Path,
        metavar="DIR",
        default=REPORTS,
        help="where the run folders are (default: reports/)",
    )


def check_folders(*paths: Path | None) -> None:
    """Raise CallgateError for a file that is to be written into a folder that does not exist."""
    for path in paths:
        if path is not None and not path.parent.is_dir():
            raise CallgateError(f"{path}: its folder does not exist")
