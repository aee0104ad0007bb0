"""What to do about a run that is not good enough: weakest categories, or groups of failures."""

from collections import Counter
from collections.abc import Sequence

from fixtures import CATEGORIES

from ..decide.results import CaseRecord, Results

# The rate that the verdict `deploy` asks of the whole; below it a category pulls the whole down.
WANTED_PCT = 80

# What a training row of each category shows; the categories are those of the suite.
ROWS_OF = dict(
    zip(
        CATEGORIES,
        (
            "questions that are answered in words, without any call",
            "requests that one typed tool answers, with the call at once",
            "requests worded as a shell command that a typed tool answers, calling that tool",
            "calls whose code reads the named fields of a result instead of printing it whole",
            "calls whose code uses several tools, the result of one feeding the next",
            "requests in careless or unusual wording, answered like the plain ones",
            "conversations that go on after a tool response: a summary of it, or the next call",
        ),
        strict=True,
    )
)

_CAUSES = {
    "gate": "a call is missing where one is wanted, or made where an answer is",
    "extract": "the call's envelope is broken, so that no code comes out of it",
    "ast": "the code of the call does not parse",
    "identity": "another tool is called than the one that is expected",
    "schema": "fields are read that the result does not have, or the wanted ones are not",
    "completeness": "not every tool that is needed is called, or the summary misses the result",
}

_NAMED = 6


def _names(cases: Sequence[CaseRecord]) -> str:
    rest = len(cases) - _NAMED
    return ", ".join(case.id for case in cases[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _layers(cases: Sequence[CaseRecord]) -> str:
    counted = Counter(case.deciding.layer for case in cases if case.deciding)
    return ", ".join(f"{layer} {count}" for layer, count in counted.most_common())


def augment_steps(results: Results) -> list[str]:
    """Name the categories below 80 %, weakest first, and the kind of rows that they lack."""
    lines = []
    weak = [(name, rate) for name, rate in results.summary.categories.items()]
    for name, rate in sorted(weak, key=lambda item: item[1].strict / item[1].cases):
        if 100 * rate.strict >= WANTED_PCT * rate.cases:
            continue
        missed = [case for case in results.cases if case.category == name and not case.strict]
        wanted = -(-WANTED_PCT * rate.cases // 100) - rate.strict
        lines.append(
            f"{name}: {rate.strict} of {rate.cases} strict, {wanted} more for {WANTED_PCT} %; "
            f"layers that decided: {_layers(missed)}; missed: {_names(missed)}. "
            f"Rows to add: {ROWS_OF.get(name, 'of the kind of this category')}."
        )
    return lines


def investigate_steps(results: Results) -> list[str]:
    """Group the failures by the layer that decided, the largest group first."""
    groups: dict[str, list[CaseRecord]] = {}
    for case in results.cases:
        if case.deciding:
            groups.setdefault(case.deciding.layer, []).append(case)
    lines = [
        f"{layer}: {len(cases)} cases, {_CAUSES.get(layer, 'see the report')}; "
        f"categories: {_counted(cases)}; look at {_names(cases)}."
        for layer, cases in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]
    summary = results.summary
    if summary.announcements or summary.preambles:
        lines.append(
            f"habits: {summary.announcements} cases announce a call and make none, "
            f"{summary.preambles} carry text before a call: `callgate audit DATA` counts the rows "
            "that teach this, `callgate clean DATA` repairs them."
        )
    return lines


def _counted(cases: Sequence[CaseRecord]) -> str:
    counts = Counter(case.category for case in cases)
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


def next_steps(results: Results) -> tuple[str, list[str]]:
    """Return a heading and the steps for what the verdict asks for."""
    if results.summary.verdict == "investigate":
        return "Investigate: failures by the layer that decided", investigate_steps(results)
    return "Augment: the weakest categories and the rows they lack", augment_steps(results)
