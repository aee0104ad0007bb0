"""executed: the code of a turn runs, and does with the tools what the case expects."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from fixtures import Case, Suite, Tool, alternatives

from ..turn import Expectation, Turn, expectations
from .canned import canned_results
from .sandbox import Execution, Sandbox


class Executed(NamedTuple):
    """The verdict of running one turn; `not run` counts neither for the answer nor against it."""

    status: Literal["pass", "fail", "not run", "n/a"]
    sentence: str
    execution: Execution | None = None


def _shown(entry: str) -> str:
    return entry.replace("|", "or")


def _wrong(run: Execution, expected: Expectation, tools: Mapping[str, Tool]) -> str | None:
    """Say what the code did not do, None when it did all."""
    if run.status != "ran":
        verb = "raised" if run.status == "raised" else "was stopped"
        return f"expected code that runs, it {verb}: {run.problem}"
    called = ", ".join(run.tools) or "no tool"
    for entry in expected.tools:
        if not set(alternatives(entry)) & set(run.tools):
            return f"expected {_shown(entry)} to be called, found {called}"
    for name in (name for entry in expected.forbidden for name in alternatives(entry)):
        if name in run.tools:
            return f"expected no {name}, found {called}"
    for entry in expected.fields:
        if run.reads.isdisjoint(alternatives(entry)):
            found = ", ".join(sorted(run.reads)) or "no field read"
            return f"expected {_shown(entry)} to be read, found {found}"
    if not run.shows and all(tools[name].typed for name in run.tools):
        return f"expected something shown, found nothing printed of what {called} returned"
    return None


def execute_turn(
    turn: Turn, expected: Expectation, case: Case, suite: Suite, sandbox: Sandbox
) -> Executed:
    """Run the code of a turn against the case's canned results and hold it against the case."""
    if expected.wants == "answer":
        return Executed("n/a", "there is no code to run")
    if turn.direct and not turn.readings:
        return Executed("n/a", "a call by name holds no code")
    codes = [call.code for call in turn.calls if call.code is not None]
    if not codes or len(codes) < len(turn.calls) or turn.parse_problems:
        return Executed("fail", "expected code that runs, found none that parses")
    tools = suite.tools
    filled, sparse = canned_results(suite, case)
    run = sandbox.execute(codes, tools, filled)
    if run.status == "not run":
        return Executed("not run", str(run.problem), run)
    wrong = _wrong(run, expected, tools)
    if wrong is not None and run.status == "ran":
        # What it does only when there is nothing to tell counts as well.
        other = sandbox.execute(codes, tools, sparse)
        if other.status == "ran":
            both = run._replace(
                calls=run.calls + other.calls,
                reads=run.reads | other.reads,
                shows=run.shows or other.shows,
            )
            wrong = _wrong(both, expected, tools)
    if wrong is not None:
        return Executed("fail", wrong, run)
    return Executed("pass", f"ran, called {', '.join(run.tools)}", run)


def execute_answer(
    case: Case,
    texts: Sequence[str],
    suite: Suite,
    sandbox: Sandbox,
    *,
    call_format: str = "code",
) -> tuple[Executed, ...]:
    """Run the code of every turn of an answer; raises ValueError when a turn is missing."""
    expected = expectations(case, suite.responses)
    return tuple(
        execute_turn(Turn(text, call_format, suite.tools), wanted, case, suite, sandbox)
        for text, wanted in zip(texts, expected, strict=True)
    )
