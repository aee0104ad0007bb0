"""Judging a suite: what no wrong answer can fail, what is asked twice, what is in training data."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError, Case, ReferenceAnswer, Suite, alternatives
from pipeline.data.queries import QueryIndex

from .execution import Sandbox, execute_answer
from .judge import judge
from .matrix import Line, holes

# The share of words that two queries have in common from which they are near twins.
NEAR_TWINS = 0.5
ANSWERS_WANTED = 2


class Twins(NamedTuple):
    """Two cases whose queries share most of their words."""

    one: str
    other: str
    shared_pct: float


class Seen(NamedTuple):
    """A query that stands in training data: where, and whether word for word."""

    case: str
    place: str
    exact: bool


class Spread(NamedTuple):
    """How many cases there are of each category, tool and difficulty."""

    categories: dict[str, int]
    tools: dict[str, int]
    difficulties: dict[str, int]


class SuiteReport(NamedTuple):
    """What was found; `problems` are sentences about what must be mended."""

    problems: tuple[str, ...]
    twins: tuple[Twins, ...]
    seen: tuple[Seen, ...]
    spread: Spread


def difficulty(case: Case) -> str:
    """Return how much a case asks for: from no call to calls that need each other's results."""
    if case.wants == "answer":
        return "an answer, no call"
    if case.second_turn is not None:
        return "two turns"
    if len(case.tools) > 1:
        return "several tools"
    return "one tool, with fields or bans" if case.fields or case.forbidden else "one tool"


def spread_of(suite: Suite) -> Spread:
    """Count the cases by category, expected tool and difficulty."""
    tools = Counter(dict.fromkeys(suite.tools, 0))
    for case in suite.cases:
        second = case.second_turn.tools if case.second_turn else ()
        tools.update({name for entry in (*case.tools, *second) for name in alternatives(entry)})
    categories = Counter(case.category for case in suite.cases)
    return Spread(
        {name: categories[name] for name in suite.categories},
        dict(tools),
        dict(Counter(map(difficulty, suite.cases)).most_common()),
    )


def near_twins(suite: Suite) -> tuple[Twins, ...]:
    """Return the pairs of cases whose queries share at least half of their words."""
    words = {case.id: set(re.findall(r"\w+", case.query.lower())) for case in suite.cases}
    pairs = [
        Twins(one, other, round(100 * len(words[one] & words[other]) / len(both), 1))
        for one, other in combinations(words, 2)
        if (both := words[one] | words[other])
    ]
    found = [pair for pair in pairs if pair.shared_pct >= 100 * NEAR_TWINS]
    return tuple(sorted(found, key=lambda pair: -pair.shared_pct))


def _data_files(data: Path) -> list[Path]:
    if data.is_dir():
        files = sorted(data.glob("*.jsonl"))
        if not files:
            raise CallgateError(f"{data}: holds no *.jsonl")
        return files
    if not data.is_file():
        raise CallgateError(f"{data}: no such file or folder")
    return [data]


def seen_queries(suite: Suite, data: Path) -> tuple[Seen, ...]:
    """Return where queries stand in training data, a JSON Lines file or a folder of them.

    Lines that are no chat are passed over; `callgate audit` tells of them. Raises CallgateError.
    """
    index = QueryIndex((case.id, case.query) for case in suite.cases)
    found = []
    for path in _data_files(data):
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            for text in _user_texts(line):
                if (match := index.find(text)) is not None:
                    found.append(Seen(match.case, f"{path}:{number}", match.exact))
    return tuple(found)


def _user_texts(line: bytes) -> Iterator[str]:
    try:
        messages = json.loads(line)["messages"]
        for message in messages:
            if message["role"] == "user" and isinstance(message["content"], str):
                yield message["content"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return


def _answer_problems(suite: Suite, answers: Sequence[ReferenceAnswer]) -> Iterator[str]:
    counts = Counter(answer.case for answer in answers)
    for case in suite.cases:
        if counts[case.id] < ANSWERS_WANTED:
            yield f"case {case.id}: has {counts[case.id]} reference answers; give two different"
    with Sandbox() as sandbox:
        for answer in answers:
            case = suite.case(answer.case)
            judgement = judge(case, answer.turns, suite.responses, tools=suite.tools)
            if judgement.deciding is not None:
                turn, layer, sentence = judgement.deciding
                yield f"case {case.id}: a reference answer fails: turn {turn}, {layer}: {sentence}"
            for executed in execute_answer(case, answer.turns, suite, sandbox):
                if executed.status == "fail":
                    yield f"case {case.id}: a reference answer fails when run: {executed.sentence}"


def check_suite(
    suite: Suite,
    answers: Sequence[ReferenceAnswer],
    matrix: Sequence[Line],
    data: Path | None = None,
) -> SuiteReport:
    """Check a suite with its reference answers and the matrix that was made of them."""
    problems = list(_answer_problems(suite, answers))
    failed = {case for line in matrix for cell in line.cells.values() for case in cell.cases_caught}
    problems += [
        f"case {case.id}: no wrong answer fails it" for case in suite.cases if case.id not in failed
    ]
    problems += [f"a wrong answer gets through: {hole}" for hole in holes(matrix)]
    spread = spread_of(suite)
    problems += [
        f"tool {name}: no case expects it" for name, count in spread.tools.items() if not count
    ]
    seen = seen_queries(suite, data) if data is not None else ()
    problems += [
        f"case {entry.case}: its query stands in the training data, "
        f"{'word for word' if entry.exact else 'nearly'}: {entry.place}"
        for entry in seen
    ]
    return SuiteReport(tuple(problems), near_twins(suite), seen, spread)
