"""`callgate augment`: generate examples, also for what a run missed."""

import argparse
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fixtures import CallgateError
from pipeline.data.augment import command

from .arguments import RUN_HELP, add_reports

if TYPE_CHECKING:
    from pipeline.data.augment.weakest import Proposal

_WIDTH = 100


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate augment`."""
    parser = command.argument_parser()
    parser.add_argument(
        "--for-run",
        metavar="RUN",
        help=f"propose, and with -o write, what this run missed most: {RUN_HELP}, or results.json",
    )
    add_reports(parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run `callgate augment` and return its exit code; raises CallgateError for bad input."""
    options = parse_arguments(arguments)
    return command.run(options) if options.for_run is None else _for_run(options)


def _for_run(options: argparse.Namespace) -> int:
    if options.data_set or options.category or options.count is not None:
        raise CallgateError(
            "--for-run chooses categories and counts: leave out --category, --count and --data-set"
        )
    if options.out is not None:
        command.check_out(options.out, force=options.force)

    from random import Random

    from fixtures import load_suite
    from pipeline.data.augment.generate import fulfil
    from pipeline.data.augment.weakest import propose, wishes_of

    from ..archive.finding import find_recorded
    from ..decide.results import read_results
    from ..decide.standings import WANTED_PCT, weak_standings

    found = find_recorded(options.reports, options.for_run)
    results = read_results(found / "results.json" if found.is_dir() else found)
    proposals = propose(weak_standings(results, load_suite(options.suite)))
    if not proposals:
        print(f"nothing to add: no category is below {WANTED_PCT} % strict")
        return 0
    for line in proposal_table(proposals):
        print(line)
    wishes = wishes_of(proposals)
    if not wishes:
        print("nothing is written: there are no examples to generate")
        return 0
    if options.out is None:
        print("nothing is written yet: -o FILE writes these examples")
        return 0
    fulfilled = fulfil(wishes, options.seed, options.suite, one_style=not options.varied)
    examples = [example for granted in fulfilled for example in granted]
    Random(options.seed).shuffle(examples)
    print()
    command.write_examples(examples, options.out)
    return 0


def proposal_table(proposals: Sequence["Proposal"]) -> list[str]:
    """Return the lines of a table: category, how the run stands, how many examples, why."""
    width = max(len(proposal.standing.category) for proposal in proposals)
    head = f"{'category':<{width}}        strict  examples  why"
    lines = [head, "-" * len(head)]
    for proposal in proposals:
        standing = proposal.standing
        strict = f"{standing.passed}/{standing.cases}"
        rate = f"{100 * standing.passed / standing.cases:.0f} %"
        begin = f"{standing.category:<{width}}  {strict:>5} {rate:>6}  {proposal.rows:>8}  "
        lines += textwrap.wrap(begin + proposal.why, _WIDTH, subsequent_indent=" " * len(begin))
    return lines
