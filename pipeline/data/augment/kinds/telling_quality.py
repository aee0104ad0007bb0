"""Telling what the type checker, the linter and a test run say."""

from fixtures.results import RuffResult, TestCase, TestResult, TypeCheckResult

from ...counting import counted
from ..scene import Scene
from .words import joined, listed, place_of


def typecheck_told(scene: Scene, result: TypeCheckResult, path: str) -> str:
    """Tell how many errors and warnings there are, where, and what they say."""
    if not result.errors:
        return scene.say(
            (
                "No type errors: {path} passes the type checker.",
                "{path} is clean: 0 errors and 0 warnings.",
                "The type checker finds nothing wrong in {path}.",
                "{path} has no type errors and no warnings.",
                "All types in {path} are fine, 0 errors.",
            ),
            path=path,
        )
    counts = [counted(result.error_count, "error")] if result.error_count else []
    if result.warning_count:
        counts.append(counted(result.warning_count, "warning"))
    shape = scene.number(0, 2)
    items = []
    for error in result.errors:
        place = place_of(error.file, error.line, path)
        mild = " (warning)" if error.severity == "warning" and result.error_count else ""
        forms = (f"{place}: {error.message}", f"{error.message} ({place})")
        items.append((forms[shape % 2]) + mild)
    head = scene.say(
        (
            "{path} has {counts}",
            "The type checker reports {counts} in {path}",
            "{counts} in {path}",
            "I see {counts}",
        ),
        counts=joined(counts),
        path=path,
    )
    return listed(scene, head, items)


def ruff_check_told(scene: Scene, result: RuffResult, path: str) -> str:
    """Tell how many violations there are, how many can be fixed, where, and of which rules."""
    if not result.violations:
        return scene.say(
            (
                "No lint violations: {path} is clean.",
                "Ruff finds nothing to complain about in {path}, 0 violations.",
                "{path} is clean, the linter reports 0 violations.",
                "The linter has no complaints about {path}.",
            ),
            path=path,
        )
    counts = counted(result.violation_count, "violation")
    fixable = scene.say(
        (", {number} fixable", ", {number} of them fixable automatically"),
        number=result.fixable_count or "none",
    )
    if result.violation_count == 1:
        fixable = ", fixable automatically" if result.fixable_count else ", not fixable"
    head = scene.say(
        ("Ruff reports {counts}", "{path} has {counts}", "The linter finds {counts} in {path}"),
        counts=counts,
        path=path,
    )
    shape = scene.number(0, 2)
    items = []
    for found in result.violations:
        place = place_of(found.file, found.line, path)
        forms = (
            f"{found.code} in {place}: {found.message}",
            f"{found.message} ({found.code}, {place})",
            f"{place}: {found.code}, {found.message}",
        )
        items.append(forms[shape])
    return listed(scene, head + fixable, items)


def _test_name(test: TestCase) -> str:
    return test.name.rsplit("::", 1)[-1]


def pytest_run_told(scene: Scene, result: TestResult, path: str) -> str:
    """Tell how many tests failed, which ones and why, or that all of them pass."""
    total = len(result.tests)
    broken = [test for test in result.tests if test.outcome in ("failed", "error")]
    if not broken:
        return scene.say(
            (
                "All {tests} in {path} pass, in {seconds} seconds.",
                "Everything is green: {tests} passed, nothing failed.",
                "No failures: {tests} passed in {seconds} seconds.",
                "{path} is green: all {tests} pass.",
                "All {tests} pass, nothing is broken.",
                "Nothing fails. {tests} passed, 0 failed.",
            ),
            tests=counted(total, "test"),
            path=path,
            seconds=result.duration,
        )
    counts = scene.pick(
        (
            f"{result.failed} of {counted(total, 'test')} failed",
            f"{counted(result.failed, 'test')} failed and {result.passed} passed",
            f"{result.failed} failed, {result.passed} passed",
        )
    )
    for number, what in ((result.errors, "error"), (result.skipped, "skipped")):
        if number:
            counts += f", {counted(number, what) if what == 'error' else f'{number} skipped'}"
    head = scene.say(("{counts}", "In {path} {counts}", "{counts}"), counts=counts, path=path)
    verb = scene.pick((": ", " fails with ", " ends in "))
    return listed(scene, head, [f"{_test_name(test)}{verb}{test.message}" for test in broken])
