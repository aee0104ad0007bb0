"""What to do about a run that is not good enough: weakest categories, or groups of failures."""

from collections import Counter
from collections.abc import Sequence

from pipeline.data.augment.weakest import ROWS_PER_MISS

from ..decide.records import CaseRecord
from ..decide.results import Results
from ..decide.standings import WANTED_PCT, is_weak, records_by_part, strict_share

# What a training row of each category shows; multi_turn is parted into its two habits.
ROWS_OF = {
    "direct_answers": "questions that are answered in words, without any call",
    "single_tool": "requests that one typed tool answers, with the call at once",
    "tool_identity": "requests worded as a shell command, answered with the typed tool for it",
    "field_access": "calls whose code reads the named fields of a result, not printing it whole",
    "cross_tool": "calls whose code uses several tools, the result of one feeding the next",
    "edge_cases": "requests in careless or unusual wording, answered like the plain ones",
    "summary": "conversations that go on after a tool response with what the response says",
    "chaining": "conversations that go on after a tool response with the next call",
}

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


def augment_steps(results: Results, run: str) -> list[str]:
    """Name the categories below 80 %, weakest first, the rows that they lack, and their commands.

    multi_turn is parted into summary and chaining; `run` is what commands name the run by.
    """
    parts = [part for part in records_by_part(results).items() if is_weak(part[1])]
    lines = []
    for name, cases in sorted(parts, key=lambda part: strict_share(part[1]).rate):
        missed = [case for case in cases if not case.strict]
        passed, answers = strict_share(cases)
        wanted = -(-WANTED_PCT * answers // 100) - passed
        command = f"callgate augment --category {name} --count {ROWS_PER_MISS * len(missed)}"
        lacks = f" Rows to add: {ROWS_OF[name]}: `{command} -o FILE`." if name in ROWS_OF else ""
        lines.append(
            f"{name}: {passed} of {answers} strict, {wanted} more for {WANTED_PCT} %; "
            f"layers that decided: {_layers(missed)}; missed: {_names(missed)}.{lacks}"
        )
    if lines:
        lines.append(
            "all of these at once, for the tools that were missed: "
            f"`callgate augment --for-run {run} -o FILE`"
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


def next_steps(results: Results, run: str) -> tuple[str, list[str]]:
    """Return a heading and the steps for what the verdict asks for."""
    if results.summary.verdict == "investigate":
        return "Investigate: failures by the layer that decided", investigate_steps(results)
    return "Augment: the weakest categories and the rows they lack", augment_steps(results, run)
