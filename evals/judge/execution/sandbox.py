"""Running the code of calls in `pydantic-monty`: a subprocess without files, network or time."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from fixtures import Result, Tool

from .program import REPORT, noting, prelude
from .reasons import why_not_run

if TYPE_CHECKING:
    from pydantic_monty import CollectString, Monty, MontySession

# Seconds of computing for one turn, bytes of memory; right answers need a thousandth of either.
SECONDS = 0.4
MEMORY = 64_000_000
DEPTH = 200
_LIMITS = {"max_feed_duration_secs": SECONDS, "max_memory": MEMORY, "max_recursion_depth": DEPTH}
# The worker is killed when it does not stop by itself, still within a second of its start.
_GRACE = 0.3
_PRINTED_KEPT = 2_000
_PROBLEM_KEPT = 300
# Said in words of our own: the sandbox tells milliseconds and bytes, which differ between runs.
_STOPPING = {
    "TimeoutError": f"it computes for more than {SECONDS} s",
    "MemoryError": f"it needs more than {MEMORY // 1_000_000} MB or prints more than 10 MB",
    "RecursionError": f"it calls itself more than {DEPTH} deep",
}


class ToolRun(NamedTuple):
    """A tool that was really called: its arguments by name, each as its repr."""

    tool: str
    arguments: dict[str, str]


class Execution(NamedTuple):
    """What the code of a turn did when it was run.

    `stopped` is code that a limit of the sandbox ended; `not run` is code that the sandbox does
    not support, which says nothing about the answer. `shows` is whether anything was printed or
    was the value of the last expression.
    """

    status: Literal["ran", "raised", "stopped", "not run"]
    problem: str | None
    calls: tuple[ToolRun, ...]
    reads: frozenset[str]
    printed: str
    shows: bool

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools called, each once, in order."""
        return tuple(dict.fromkeys(call.tool for call in self.calls))


def _not_run(reason: str) -> Execution:
    return Execution("not run", reason, (), frozenset(), "", shows=False)


class Sandbox:
    """A worker process in which code is run; started by the first code, ended by `close`."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._pool: Monty | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        if self._pool is not None:
            self._pool.__exit__(None, None, None)
            self._pool = None

    def _started(self) -> "Monty":
        if self._pool is None:
            from pydantic_monty import Monty

            self._pool = Monty(
                min_processes=1,
                max_processes=1,
                request_timeout=SECONDS + _GRACE,
                feed_duration_limit_grace=_GRACE,
            ).__enter__()
        return self._pool

    def execute(
        self,
        codes: Sequence[str],
        tools: Mapping[str, Tool],
        results: Mapping[str, Result | str],
    ) -> Execution:
        """Run the codes of a turn one after the other, with tools that return the given results."""
        from pydantic_monty import CollectString, MontyError

        try:
            programs = [noting(code, tools) for code in codes]
        except RecursionError:
            return _not_run("the code is nested too deeply")
        except (SyntaxError, ValueError) as problem:
            return _not_run(str(problem))
        output = CollectString()
        try:
            with self._started().checkout(
                limits=_LIMITS,  # type: ignore[arg-type]
                os_policy={"sleep": "zero", "process_time": "zero"},
            ) as session:
                session.feed_run(prelude("\n".join(codes), tools, results))
                return _run(session, programs, output)
        except MontyError as problem:
            # The worker died, in the code or in its report; the pool has replaced it.
            status, sentence = _told(problem)
            shown = output.output[:_PRINTED_KEPT]
            return Execution(status, sentence, (), frozenset(), shown, shows=bool(shown))


def _run(session: "MontySession", programs: Sequence[str], output: "CollectString") -> Execution:
    from pydantic_monty import MontyError

    status: Literal["ran", "raised", "stopped", "not run"] = "ran"
    problem = None
    last: Any = None
    for program in programs:
        try:
            last = session.feed_run(program, print_callback=output)
        except MontyError as found:
            status, problem = _told(found)
            break
    calls, reads = ((), ()) if status == "stopped" else session.feed_run(REPORT)
    return Execution(
        status,
        problem,
        tuple(ToolRun(tool, arguments) for tool, arguments in calls),
        frozenset(reads),
        output.output[:_PRINTED_KEPT],
        shows=bool(output.output.strip()) or last is not None,
    )


def _told(problem: Exception) -> tuple[Literal["raised", "stopped", "not run"], str]:
    from pydantic_monty import MontyCrashedError, MontyRuntimeError, MontySyntaxError

    if isinstance(problem, MontyCrashedError):
        return "stopped", "it does not stop by itself, and its process was ended"
    kind, _, message = str(problem).partition(": ")
    if reason := why_not_run(kind, message):
        return "not run", reason
    if isinstance(problem, MontySyntaxError):
        return "not run", f"the sandbox does not parse it: {problem}"
    if isinstance(problem, MontyRuntimeError) and kind in _STOPPING:
        return "stopped", _STOPPING[kind]
    return "raised", str(problem).strip()[:_PROBLEM_KEPT]
