"""Results told in one style: counts first, as and in the order in which the result has them."""

from random import Random

from fixtures.results import (
    FindReferencesResult,
    ReferenceLocation,
    RuffResult,
    RuffViolation,
    TestCase,
    TestResult,
    TypeCheckError,
    TypeCheckResult,
)
from pipeline.data.augment.kinds.telling import telling
from pipeline.data.augment.scene import Scene


def told(tool, about, result):
    name = "symbol" if tool == "find_references" else "path"
    return telling(Scene(Random(0), one_style=True), tool, {name: about}, result)


def ran(**outcomes):
    counts = dict.fromkeys(("passed", "failed", "errors", "skipped"), 0) | outcomes
    names = {"passed": "passed", "failed": "failed", "errors": "error", "skipped": "skipped"}
    tests = [
        TestCase(name=f"tests/a.py::test_{word}", outcome=word, duration=0.1, message=f"why {word}")
        for name, word in names.items()
        for _ in range(counts[name])
    ]
    return TestResult(**counts, duration=1.0, tests=tests)


def test_outcomes_of_tests_are_not_summed():
    assert told("pytest_run", "tests/a.py", ran(passed=2, failed=1, errors=1, skipped=1)) == (
        "2 passed, 1 failed, 1 errors, 1 skipped:\n- test_failed: why failed\n"
        "- test_error: why error"
    )


def test_green_tests_begin_as_red_ones_do():
    assert told("pytest_run", "tests/a.py", ran(passed=2)) == (
        "2 passed, 0 failed. All tests in tests/a.py pass."
    )


def test_diagnostics_have_their_severity():
    found = TypeCheckError(
        file="a.py", line=3, column=1, severity="warning", code="deprecated", message="Old."
    )
    result = TypeCheckResult(error_count=0, warning_count=1, errors=[found])
    assert told("typecheck", "a.py", result) == (
        "0 errors, 1 warning in a.py:\n- line 3, warning: Old."
    )
    clean = TypeCheckResult(error_count=0, warning_count=0, errors=[])
    assert told("typecheck", "a.py", clean) == ("0 errors, 0 warnings: a.py is clean.")


def test_violations_have_their_rule():
    found = RuffViolation(
        file="src/a.py", line=3, column=1, code="F401", message="`re` unused", fixable=True
    )
    result = RuffResult(violation_count=1, fixable_count=1, violations=[found])
    assert told("ruff_check", "src", result) == (
        "1 violation, 1 fixable in src:\n- src/a.py, line 3: F401, `re` unused"
    )
    clean = RuffResult(violation_count=0, fixable_count=0, violations=[])
    assert told("ruff_check", "src", clean) == ("0 violations, 0 fixable: src is clean.")


def test_uses_are_told_one_by_one():
    uses = [ReferenceLocation(file="a.py", line=line, column=1) for line in (3, 9)]
    result = FindReferencesResult(symbol="f", reference_count=2, references=uses)
    assert told("find_references", "f", result) == (
        "f is used in 2 places:\n- a.py, line 3\n- a.py, line 9"
    )
