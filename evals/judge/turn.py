"""A turn of an answer as the layers see it, and what a case expects of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from fixtures import TOOLS, Case, Tool
from pipeline.data.code import CodeReading, CodeTooComplexError, read_code

from .formats import FORMATS, DirectCall, FoundCall, misfit


@dataclass(frozen=True)
class Expectation:
    """What one turn must be; entries of the tuples may name alternatives, `a | b`.

    `told` is what a summary may draw on: the query and the tool's result.
    """

    wants: Literal["call", "answer"]
    tools: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    reads_fields: bool = True
    keywords: tuple[str, ...] = ()
    keywords_needed: int = 0
    told: str = ""


@dataclass(frozen=True)
class Turn:
    """One generated text, with its calls found and their code read once for all layers."""

    text: str
    call_format: str = "code"
    tools_given: Mapping[str, Tool] = field(default_factory=lambda: TOOLS, repr=False)

    @cached_property
    def calls(self) -> tuple[FoundCall, ...]:
        """Every call, those that do not extract included."""
        return FORMATS[self.call_format](self.text, self.tools_given)

    @cached_property
    def direct(self) -> tuple[DirectCall, ...]:
        """The calls of a tool by name, in formats other than code mode."""
        return tuple(call.direct for call in self.calls if call.direct is not None)

    @cached_property
    def readings(self) -> tuple[CodeReading, ...]:
        """What the code of each call that extracts and parses does."""
        return tuple(reading for reading in self._read if isinstance(reading, CodeReading))

    @cached_property
    def parse_problems(self) -> tuple[str, ...]:
        """Why the code of a call could not be read, for each call that extracts."""
        return tuple(problem for problem in self._read if isinstance(problem, str))

    @cached_property
    def _read(self) -> tuple[CodeReading | str, ...]:
        return tuple(
            _reading(call.code, self.tools_given) for call in self.calls if call.code is not None
        )

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools called, each once, in order: by the code, then by name."""
        by_code = [name for reading in self.readings for name in reading.tools]
        return tuple(dict.fromkeys([*by_code, *(call.name for call in self.direct)]))

    @property
    def argument_problems(self) -> tuple[str, ...]:
        """Which arguments do not fit their tool."""
        by_code = [call.problem for reading in self.readings for call in reading.calls]
        by_name = [misfit(call, self.tools_given) for call in self.direct]
        return tuple(problem for problem in (*by_code, *by_name) if problem is not None)


def _reading(code: str, tools: Mapping[str, Tool]) -> CodeReading | str:
    try:
        return read_code(code, tools)
    except SyntaxError as problem:
        line = f"line {problem.lineno}: " if problem.lineno else ""
        return f"the code does not parse: {line}{problem.msg}"
    except CodeTooComplexError as problem:
        return f"the code cannot be read: {problem}"


def expectations(case: Case, responses: Mapping[str, str]) -> tuple[Expectation, ...]:
    """Return what a case expects of each of its turns, one or two.

    `responses` are the rendered tool responses of the suite; raises KeyError without the case's.
    """
    first = Expectation(
        wants=case.wants,
        tools=case.tools,
        forbidden=case.forbidden,
        fields=case.fields,
        keywords=case.keywords,
        keywords_needed=min(1, len(case.keywords)),
    )
    second = case.second_turn
    if second is None:
        return (first,)
    if second.tools:
        return (first, Expectation(wants="call", tools=second.tools, reads_fields=False))
    needed = (len(second.keywords) + 1) // 2
    told = f"{case.query}\n{responses[second.response]}"
    return (
        first,
        Expectation("answer", keywords=second.keywords, keywords_needed=needed, told=told),
    )
