"""Telling results of one style: counts as and in the order in which a result has them.

Nothing is to be summed, grouped or left out, so a model may copy from left to right.
"""

from fixtures.results import FindReferencesResult, RuffResult, TestResult, TypeCheckResult

from ...counting import counted
from ..scene import Scene
from .words import listed, place_of


def typecheck_in_order(scene: Scene, result: TypeCheckResult, path: str) -> str:
    """Tell errors and warnings, then place, severity and message of each diagnostic."""
    head = f"{counted(result.error_count, 'error')}, {counted(result.warning_count, 'warning')}"
    if not result.errors:
        return f"{head}: {path} is clean."
    items = [
        f"{place_of(error.file, error.line, path)}, {error.severity}: {error.message}"
        for error in result.errors
    ]
    return listed(scene, f"{head} in {path}", items)


def ruff_check_in_order(scene: Scene, result: RuffResult, path: str) -> str:
    """Tell violations and how many can be fixed, then place, rule and message of each."""
    head = f"{counted(result.violation_count, 'violation')}, {result.fixable_count} fixable"
    if not result.violations:
        return f"{head}: {path} is clean."
    items = [
        f"{place_of(found.file, found.line, path)}: {found.code}, {found.message}"
        for found in result.violations
    ]
    return listed(scene, f"{head} in {path}", items)


def pytest_run_in_order(scene: Scene, result: TestResult, path: str) -> str:
    """Tell the outcomes, then name and message of each test that failed or broke."""
    head = f"{result.passed} passed, {result.failed} failed"
    for number, what in ((result.errors, "errors"), (result.skipped, "skipped")):
        head += f", {number} {what}" if number else ""
    broken = [test for test in result.tests if test.outcome in ("failed", "error")]
    if not broken:
        return f"{head}. All tests in {path} pass."
    items = [f"{test.name.rsplit('::', 1)[-1]}: {test.message}" for test in broken]
    return listed(scene, head, items)


def find_references_in_order(scene: Scene, result: FindReferencesResult, symbol: str) -> str:
    """Tell how many uses there are, then file and line of each."""
    if not result.references:
        return f"{symbol} is not used anywhere: 0 references."
    items = [f"{use.file}, line {use.line}" for use in result.references]
    return listed(scene, f"{symbol} is used in {counted(len(items), 'place')}", items)
