"""`callgate compare`: two runs, case by case, with the uncertainty of the answer."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fixtures import CallgateError

from .arguments import RUN_HELP, add_reports, check_folders

EPILOG = """
Runs may be compared when suite, prompt and judge are the same; what differs is named. The words at
the end are those of the second run's strict rate: success from 75 %, partial from 65 %.

Exit codes: 0 compared, 2 the two cannot be compared or cannot be read.
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate compare`."""
    parser = argparse.ArgumentParser(
        prog="callgate compare",
        description="Compare two runs case by case: what was fixed, what broke, how sure that is.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("before", metavar="A", help=f"the run before: {RUN_HELP}, or a results.json")
    add("after", metavar="B", help="the run after")
    add("--common", action="store_true", help="compare the cases they share, whatever else differs")
    add("--markdown", type=Path, metavar="FILE", help="write a pull-request comment")
    add("--json", type=Path, metavar="FILE", help="write everything as JSON (- for stdout)")
    add("--html", type=Path, metavar="FILE", help="write one self-contained page")
    add_reports(parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run `callgate compare` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)

    from pipeline.files import write_atomic

    from ..archive.finding import find_recorded
    from ..archive.recorded import read_side
    from ..decide.comparison import compare
    from ..decide.sides import shared_cases
    from ..report.compare_text import markdown, text

    to_stdout = options.json is not None and str(options.json) == "-"
    check_folders(options.markdown, options.html, None if to_stdout else options.json)
    paths = [find_recorded(options.reports, wish) for wish in (options.before, options.after)]
    if paths[0].resolve() == paths[1].resolve():
        raise CallgateError(f"{paths[0]} is both A and B: there is nothing to compare")
    names = [path.resolve().name for path in paths]
    if names[0] == names[1]:
        names = [str(path) for path in paths]
    before, after = (read_side(path, name) for path, name in zip(paths, names, strict=True))
    shared = shared_cases(before, after, common=options.common)
    comparison = compare(before, after, shared.ids, common=options.common, notes=shared.notes)
    as_json = comparison.model_dump_json(indent=2) + "\n"
    if options.markdown:
        write_atomic(options.markdown, markdown(comparison))
    if options.html:
        from ..archive.recorded import answers_beside
        from ..report.compare_page import compare_page

        answers = [answers_beside(path) for path in paths]
        write_atomic(options.html, compare_page(comparison, *answers))
    if to_stdout:
        print(as_json, end="")
        return 0
    if options.json:
        write_atomic(options.json, as_json)
    print(text(comparison))
    for path in (options.markdown, options.json, options.html):
        if path:
            print(f"written: {path}")
    return 0
