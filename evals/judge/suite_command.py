"""`callgate suite check`: validate a suite and judge it as it judges models."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from fixtures import SUITE_FOLDER, Suite, load_reference_answers, load_suite

from .matrix import make_matrix
from .suite_check import SuiteReport, check_suite

_SHOWN = 20


def _counts(name: str, counts: dict[str, int]) -> str:
    return f"{name}: " + ", ".join(f"{key} {count}" for key, count in counts.items())


def as_text(report: SuiteReport, suite: Suite, right: int) -> str:
    """Return the report as a person reads it."""
    lines = [
        f"{suite.folder}: {len(suite.cases)} cases, {len(suite.tools)} tools, "
        f"{len(suite.canned)} canned results, {right} reference answers",
        _counts("categories", report.spread.categories),
        _counts("tools, in cases", report.spread.tools),
        _counts("difficulty", report.spread.difficulties),
    ]
    lines += [
        f"near twins: {twins.one} and {twins.other} share {twins.shared_pct:g} % of their words"
        for twins in report.twins
    ] or ["near twins: none"]
    lines += [f"PROBLEM: {problem}" for problem in report.problems[:_SHOWN]]
    if len(report.problems) > _SHOWN:
        lines.append(f"... and {len(report.problems) - _SHOWN} more; --json has all")
    if not report.problems:
        lines.append("no problem: every case can be failed, and its reference answers pass")
    return "\n".join(lines)


def as_json(report: SuiteReport, suite: Suite) -> str:
    """Return the report as JSON."""
    content = {
        "schema_version": 1,
        "suite": str(suite.folder),
        "cases": len(suite.cases),
        "problems": report.problems,
        "near_twins": [twins._asdict() for twins in report.twins],
        "seen_in_training_data": [entry._asdict() for entry in report.seen],
        "spread": report.spread._asdict(),
    }
    return json.dumps(content, indent=2)


def main(arguments: Sequence[str]) -> int:
    """Check a suite; return 1 when it has a problem."""
    parser = argparse.ArgumentParser(
        prog="callgate suite",
        description="Check a suite: whether it loads, whether its reference answers pass, which "
        "cases no wrong answer can fail, which are near twins, how they spread over tools and "
        "difficulty, and which queries stand in training data. Exit code 1 for a problem.",
    )
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="check a suite")
    check.add_argument(
        "folder", metavar="DIR", nargs="?", type=Path, default=SUITE_FOLDER, help="default: ours"
    )
    check.add_argument(
        "--data", metavar="FILE|DIR", type=Path, help="training data, JSON Lines, to look through"
    )
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    suite = load_suite(options.folder)
    answers = load_reference_answers(suite)
    report = check_suite(suite, answers, make_matrix(suite, answers), options.data)
    print(as_json(report, suite) if options.json else as_text(report, suite, len(answers)))
    return 1 if report.problems else 0
