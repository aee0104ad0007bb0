"""`callgate gate`: the verdict of a policy over a recorded run."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fixtures import CallgateError

from ..decide.policies import POLICIES_FILE
from .arguments import RUN_HELP, add_reports, check_folders

EXIT_PASSED = 0
EXIT_FAILED = 1
EXIT_NOT_JUDGED = 3

EPILOG = """
Exit codes: 0 the gate passed, 1 the gate failed, 2 bad input, 3 could not judge (cases are missing,
there is no baseline, or the two runs cannot be compared).
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate gate`."""
    parser = argparse.ArgumentParser(
        prog="callgate gate",
        description="Hold a policy against a recorded run, without running anything.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("run", metavar="RUN", help=f"the run: {RUN_HELP}, or a results.json")
    add("--policy", metavar="NAME", default="deploy", help="the policy (default: deploy)")
    add("--baseline", metavar="RUN", help="the run that must not be undercut")
    add("--policies", type=Path, metavar="FILE", default=POLICIES_FILE, help="where policies are")
    add("--markdown", type=Path, metavar="FILE", help="write the table, for a step summary")
    add_reports(parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run `callgate gate` and return its exit code; raises CallgateError for bad input."""
    options = parse_arguments(arguments)

    from pipeline.files import write_atomic

    from ..archive.finding import find_recorded
    from ..archive.recorded import read_run, read_side
    from ..decide.comparison import compare
    from ..decide.gate import apply_gate
    from ..decide.policies import find_policy
    from ..decide.results import read_results
    from ..decide.sides import shared_cases
    from ..report.table import gate_sentence, markdown, text_table, verdict_sentence

    check_folders(options.markdown)
    policy = find_policy(options.policy, options.policies)
    path = find_recorded(options.reports, options.run)
    results = read_run(path).results if path.is_dir() else read_results(path)
    comparison, incomparable = None, ""
    if options.baseline:
        other = find_recorded(options.reports, options.baseline)
        before, after = read_side(other, other.resolve().name), read_side(path, path.resolve().name)
        try:
            shared = shared_cases(before, after, common=False)
        except CallgateError as problem:
            if policy.not_worse:
                incomparable = str(problem)
        else:
            comparison = compare(before, after, shared.ids)
    gate = apply_gate(policy, results, comparison)
    if options.markdown:
        title = f"callgate {path.resolve().name}"
        write_atomic(options.markdown, markdown(gate, results, title, enforced=True))
    print(text_table(gate))
    print()
    for demand in gate.demands:
        if demand.met:
            print(demand.sentence)
    print(f"verdict: {verdict_sentence(results)}")
    if incomparable:
        print(f"gate {policy.name}: could not judge: {incomparable}")
        return EXIT_NOT_JUDGED
    print(gate_sentence(gate, enforced=True))
    if gate.passed is None:
        return EXIT_NOT_JUDGED
    return EXIT_PASSED if gate.passed else EXIT_FAILED
