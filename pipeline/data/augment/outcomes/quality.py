"""What the checkers and the tests return in a scene."""

from typing import TYPE_CHECKING

from fixtures.results import (
    RuffResult,
    RuffViolation,
    TestCase,
    TestResult,
    TypeCheckError,
    TypeCheckResult,
)

from ..vocabulary import complaints
from .request import Request, file_under, message

if TYPE_CHECKING:
    from ..scene import Scene


def typecheck(scene: "Scene", request: Request) -> TypeCheckResult:
    """Return what typecheck returns."""
    path = request.text("path")
    errors = []
    for _ in range(request.length(scene, 5)):
        complaint = scene.pick(complaints().type)
        mild = complaint.code.startswith(("possibly", "deprecated", "redundant"))
        error = TypeCheckError(
            file=file_under(scene, path),
            line=scene.line(),
            column=scene.column(),
            severity="warning" if mild else "error",
            code=complaint.code,
            message=scene.fill(complaint.message),
        )
        errors.append(error)
    serious = sum(error.severity == "error" for error in errors)
    return TypeCheckResult(
        success=serious == 0,
        error_count=serious,
        warning_count=len(errors) - serious,
        errors=sorted(errors, key=lambda error: (error.file, error.line)),
    )


def ruff_check(scene: "Scene", request: Request) -> RuffResult:
    """Return what ruff_check returns."""
    path = request.text("path")
    violations = []
    for _ in range(request.length(scene, 6)):
        complaint = scene.pick(complaints().lint)
        violation = RuffViolation(
            file=file_under(scene, path),
            line=scene.line(),
            column=scene.column(),
            code=complaint.code,
            message=scene.fill(complaint.message),
            fixable=complaint.fixable,
        )
        violations.append(violation)
    return RuffResult(
        success=not violations,
        violation_count=len(violations),
        fixable_count=sum(violation.fixable for violation in violations),
        violations=sorted(violations, key=lambda found: (found.file, found.line)),
    )


# What the tests are beside one that fails and one that breaks, in a run of mixed ones.
_OTHERS = ("passed", "passed", "passed", "failed", "error", "skipped")


def _test_name(scene: "Scene", path: str) -> str:
    file = path if path.endswith(".py") else f"{path.rstrip('/')}/test_{scene.noun()}.py"
    what = scene.pick(
        (
            f"{scene.noun()}_{scene.verb()}",
            f"{scene.verb()}_{scene.noun()}",
            f"{scene.adjective()}_{scene.noun()}",
            f"{scene.noun()}_is_{scene.adjective()}",
            scene.noun(),
        )
    )
    inside = f"Test{scene.noun().title()}::" if scene.chance(0.1) else ""
    return f"{file}::{inside}test_{what}"


def pytest_run(scene: "Scene", request: Request) -> TestResult:
    """Return what pytest_run returns."""
    path = request.text("path")
    count = max(1, request.size if request.size is not None else scene.number(2, 8))
    outcomes = ["passed"] * count
    sort = "_mixed" if request.mood == "mixed" else ""
    if request.mood == "filled":
        rest = scene.pick(("failed", "passed", "skipped", "error", "failed"))
        outcomes = ["failed", *(scene.pick(("passed", "passed", rest)) for _ in outcomes[1:])]
    elif request.mood == "mixed":
        outcomes = ["failed", "error", *(scene.pick(_OTHERS) for _ in outcomes[2:])]
    tests = []
    for outcome in scene.some(outcomes, count):
        told = outcome != "passed"
        test = TestCase(
            name=_test_name(scene, path),
            outcome=outcome,
            duration=0.0 if outcome == "skipped" else scene.number(1, 240) / 100,
            message=scene.fill(message(scene, outcome + sort)) if told else None,
        )
        tests.append(test)
    failed, errors = outcomes.count("failed"), outcomes.count("error")
    return TestResult(
        success=not failed and not errors,
        passed=outcomes.count("passed"),
        failed=failed,
        errors=errors,
        skipped=outcomes.count("skipped"),
        duration=round(sum(test.duration for test in tests) + scene.number(2, 60) / 100, 2),
        tests=tests,
    )
