"""A comparison as text: for the terminal and, as Markdown, for a pull request."""

from collections.abc import Sequence
from typing import NamedTuple

from ..decide.compared import OUTCOMES, CaseChange, Comparison, RateChange, SideRate
from ..decide.comparison import NOTABLE_POINTS, PARTIAL, SUCCESS
from .markdown_text import escape_markdown

HEADER = ("", "before", "after", "difference", "95 % interval", "p", "fixed", "broken", "")

_NOTABLE = f"Up or down: {NOTABLE_POINTS} points or more."
_EXECUTED = "executed: of the cases whose code was run in both."
METHODS = (
    "Rates: Wilson score intervals. Difference: paired interval of Newcombe (1998, method 10). "
    f"p: exact McNemar test, two-sided, not corrected for the number of categories. {_NOTABLE}"
)
METHODS_OF_REPEATS = (
    "Rates: Wilson score intervals of the effective number of answers, clustered by case (Miller "
    "2024). Difference: paired interval by square-and-add (Newcombe 1998, Zou and Donner 2008). "
    "p: exact sign-flip test of the cases' rates, two-sided, not corrected for the number of "
    "categories. fixed and broken: cases that passed more often and less often than before. "
    f"{_NOTABLE}"
)

# Longer lists make a pull-request comment that nobody reads.
_SHOWN_IN_MARKDOWN = 20


class Row(NamedTuple):
    """A row of the table of rates, as text."""

    name: str
    before: str
    after: str
    difference: str
    interval: str
    p: str
    fixed: str
    broken: str
    direction: str


def rate_text(rate: SideRate) -> str:
    """Return a rate with its counts and interval, as far as they are known."""
    if rate.cases is None:
        return f"{rate.strict_pct:.1f} %"
    return (
        f"{rate.strict}/{rate.answers} {rate.strict_pct:.1f} % "
        f"[{rate.low_pct:.0f}-{rate.high_pct:.0f}]"
    )


def _p_text(p: float | None) -> str:
    if p is None:
        return "-"
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def row_of(change: RateChange) -> Row:
    """Return the row of one rate."""
    known = change.low is not None
    return Row(
        change.name,
        rate_text(change.before),
        rate_text(change.after),
        f"{change.difference:+.1f}",
        f"{change.low:+.1f} to {change.high:+.1f}" if known else "-",
        _p_text(change.p),
        "-" if change.fixed is None else str(change.fixed),
        "-" if change.broken is None else str(change.broken),
        change.direction,
    )


def conclusion_meaning(comparison: Comparison) -> str:
    """Return the seed's word for the run after, with what it means."""
    return {
        "success": f"success (after: {SUCCESS} % or more)",
        "partial": f"partial (after: {PARTIAL}-{SUCCESS} %)",
        "insufficient": f"insufficient (after: less than {PARTIAL} %)",
        None: "no conclusion",
    }[comparison.conclusion]


def conclusion_sentence(comparison: Comparison) -> str:
    """Return what the comparison ends with: the seed's word, and how sure one can be."""
    return f"{conclusion_meaning(comparison)}; {comparison.sentence}"


def methods(comparison: Comparison) -> str:
    """Return how the figures were computed."""
    said = METHODS_OF_REPEATS if comparison.overall.repeated else METHODS
    return f"{said} {_EXECUTED}" if comparison.executed else said


def how_often(case: CaseChange) -> str:
    """Return how often a case passed before and after; empty where it was asked once in both."""
    if case.before.answers == case.after.answers == 1:
        return ""
    sides = (f"{side.passed}/{side.answers}" for side in (case.before, case.after))
    return " → ".join(sides)


def case_line(case: CaseChange) -> str:
    """Return a case with the failure that tells of its change."""
    side = case.before if case.outcome == "fixed" else case.after
    told = [how_often(case)]
    if deciding := side.deciding:
        when = "was " if case.outcome == "fixed" and case.after.deciding is None else ""
        told.append(f"{when}turn {deciding.turn}, {deciding.layer}: {deciding.sentence}")
    details = "; ".join(filter(None, told))
    return f"{case.id} ({details})" if details else case.id


def _rows(comparison: Comparison) -> list[Sequence[str]]:
    return [HEADER, *(row_of(change) for change in comparison.changes)]


def text(comparison: Comparison) -> str:
    """Return the comparison for a terminal."""
    rows = _rows(comparison)
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = [f"{comparison.before.name} (before) and {comparison.after.name} (after)", ""]
    for row in rows:
        first, *rest, last = row
        aligned = [cell.rjust(width) for cell, width in zip(rest, widths[1:-1], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *aligned, last]).rstrip())
    lines.insert(3, "-" * max(map(len, lines)))
    for outcome in OUTCOMES:
        cases = comparison.named(outcome)
        if not cases:
            continue
        lines += ["", f"{outcome} ({len(cases)}):"]
        if outcome == "still passing":
            lines.append("  " + ", ".join(case.id for case in cases))
        else:
            lines += [f"  {case_line(case)}" for case in cases]
    lines += ["", methods(comparison)]
    lines += [f"note: {note}" for note in comparison.notes]
    return "\n".join([*lines, "", conclusion_sentence(comparison)])


def markdown(comparison: Comparison) -> str:
    """Return the comparison as Markdown that fits a pull-request comment."""
    rows = [" | ".join(map(escape_markdown, row)) for row in _rows(comparison)]
    title = f"{comparison.before.name} → {comparison.after.name}"
    lines = [
        f"### callgate: {escape_markdown(title)}",
        "",
        f"**{escape_markdown(conclusion_sentence(comparison))}**",
        "",
        *(f"| {row} |" for row in rows),
    ]
    lines.insert(5, "|" + " --- |" + " ---: |" * (len(HEADER) - 2) + " --- |")
    for outcome in OUTCOMES:
        cases = comparison.named(outcome)
        if not cases:
            continue
        lines += ["", f"<details><summary>{outcome} ({len(cases)})</summary>", ""]
        shown = cases if outcome in ("fixed", "broken") else cases[:_SHOWN_IN_MARKDOWN]
        lines += [f"- {escape_markdown(case_line(case))}" for case in shown]
        if len(cases) > len(shown):
            lines.append(f"- and {len(cases) - len(shown)} more")
        lines += ["", "</details>"]
    lines += [
        "",
        *(f"- note: {escape_markdown(note)}" for note in comparison.notes),
        "",
        f"*{methods(comparison)}*",
        "",
    ]
    return "\n".join(lines)
