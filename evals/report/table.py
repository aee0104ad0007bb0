"""The table that a run ends with, in plain text and in Markdown."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..ask.session import EngineRecord
from ..decide.gate import GateLine, GateResult
from ..decide.results import Rate, Results
from .markdown_text import escape_markdown

HEADER = (
    *("category", "soft", "strict", "95 % interval"),
    *("executed", "pass^{k}", "pass@{k}", "target", "met"),
)
# Columns that are left out where they say nothing: executed, and what is told of repeats.
_OPTIONAL = range(HEADER.index("executed"), HEADER.index("target"))

_NAMED = 12

_MEANING = {
    "deploy": "deploy (strict >= 80 %)",
    "augment": "augment the data (strict 70-79 %)",
    "investigate": "investigate (strict < 70 %)",
}


class Row(NamedTuple):
    """A row of the table, as text."""

    name: str
    soft: str
    strict: str
    interval: str
    executed: str
    all_pass: str
    any_pass: str
    target: str
    met: str


def _share(part: int, rate: Rate) -> str:
    return f"{part}/{rate.answers} {100 * part / rate.answers:5.1f} %"


def _executed(rate: Rate) -> str:
    if not rate.executable:
        return "-" if not rate.not_run else f"- ({rate.not_run} not run)"
    share = f"{rate.executed}/{rate.executable} {100 * rate.executed / rate.executable:5.1f} %"
    return f"{share} ({rate.not_run} not run)" if rate.not_run else share


def _met(line: GateLine) -> str:
    if line.target is None:
        return ""
    return {True: "met", False: "NOT MET", None: "not judged (partial)"}[line.met]


def row_of(line: GateLine) -> Row:
    """Return the row of one rate."""
    target = "" if line.target is None else f"{line.target:g} %"
    rate = line.rate
    if rate is None:
        return Row(line.name, "-", "-", "-", "-", "-", "-", target, _met(line))
    if line.name == "executed":
        return Row(line.name, "", "", "", _executed(rate), "", "", target, _met(line))
    name = line.name if rate.complete else f"{line.name} ({rate.cases} of {rate.of})"
    interval = f"{rate.strict_low_pct:.1f}-{rate.strict_high_pct:.1f} %"
    soft, strict = _share(rate.soft, rate), _share(rate.strict, rate)
    all_pass = any_pass = ""
    if repeated := rate.repeated:
        all_pass = f"{repeated.all_pass_pct[repeated.repeats]:.1f} %"
        any_pass = f"{repeated.any_pass_pct[repeated.repeats]:.1f} %"
    executed = _executed(rate)
    return Row(name, soft, strict, interval, executed, all_pass, any_pass, target, _met(line))


def verdict_sentence(results: Results) -> str:
    """Return the verdict with its uncertainty, or why there is none."""
    summary = results.summary
    if summary.verdict is None:
        return f"no verdict: {summary.cases} of {summary.of} cases were asked (partial)"
    answers = f"{summary.answers}"
    if summary.repeated:
        answers += f" answers ({summary.cases} cases {summary.repeated.repeats} times)"
    return (
        f"{_MEANING[summary.verdict]}: {summary.strict} of {answers} strict, "
        f"{summary.strict_pct:.1f} %, 95 % interval "
        f"{summary.strict_low_pct:.1f}-{summary.strict_high_pct:.1f} %"
    )


def gate_sentence(gate: GateResult, *, enforced: bool) -> str:
    """Return what the gate says, in one sentence."""
    name = f"gate {gate.policy.name}"
    if gate.passed is None:
        reasons = [*gate.undecided]
        if gate.not_judged:
            reasons.insert(0, f"cases are missing for {', '.join(gate.not_judged)}")
        return f"{name}: not judged (partial): {'; '.join(reasons)}"
    said = "passed" if gate.passed else f"FAILED: {'; '.join(gate.failures)}"
    return f"{name}: {said}" if enforced else f"{name} (shown, not enforced): {said}"


def engine_sentence(engine: EngineRecord) -> str:
    """Return how the answers were computed: by what, how fast, in how much memory."""
    seconds = max(engine.generation_seconds, 1e-9)
    bits = f"{engine.bits}-bit weights" if engine.bits else "unquantized weights"
    return (
        f"asked on {engine.device} with {engine.blas}: {bits} computed in {engine.computed_in}, "
        f"batch {engine.batch_size}, {engine.generated_tokens} tokens in "
        f"{engine.generation_seconds:.0f} s ({engine.generated_tokens / seconds:.0f} tokens/s), "
        f"peak memory {engine.peak_memory_bytes / 2**30:.1f} GiB"
    )


def habits_sentence(results: Results) -> str:
    """Return how many answers show the habits that data teaches."""
    summary = results.summary
    return (
        f"habits: {summary.announcements} of {_counted(summary)} announce a call and make none, "
        f"{summary.preambles} carry text before a call"
    )


def executed_sentence(results: Results) -> str | None:
    """Return what running the code showed, and why some was not run; None when none was."""
    summary = results.summary
    if not summary.executable and not summary.not_run:
        return None
    without = summary.answers - summary.executable - summary.not_run
    noun = "answers" if summary.repeated else "cases"
    sentence = (
        f"executed: {summary.executed} of {summary.executable} {noun} do what they should when "
        f"their code is run, {without} want no code"
    )
    if not summary.not_run:
        return sentence
    reasons = [f"{reason} ({count})" for reason, count in summary.not_run_reasons.items()]
    return f"{sentence}, {summary.not_run} not run: {'; '.join(reasons[:3])}"


def _counted(rate: Rate) -> str:
    return f"{rate.answers} answers" if rate.repeated else f"{rate.cases} cases"


def repeats_sentences(results: Results) -> list[str]:
    """Return what several answers to each case tell; nothing where each has one."""
    summary = results.summary
    repeated = summary.repeated
    if repeated is None:
        return []
    flaky = [f"{case.id} {case.share.passed}/{case.share.asked}" for case in results.flaky]
    more = f" and {len(flaky) - _NAMED} more" if len(flaky) > _NAMED else ""
    named = f": {', '.join(flaky[:_NAMED])}{more}" if flaky else ""
    return [
        f"repeats: {summary.cases} cases {repeated.repeats} times each; the {summary.answers} "
        f"answers tell as much of the mean as {repeated.effective:.0f} independent ones",
        f"pass^k, all of k answers pass: {_by_k(repeated.all_pass_pct)}",
        f"pass@k, one of k answers passes: {_by_k(repeated.any_pass_pct)}",
        f"flaky: {repeated.flaky} of {summary.cases} cases pass sometimes{named}",
    ]


def _by_k(shares: Mapping[int, float]) -> str:
    return ", ".join(f"k = {k} {share:.1f} %" for k, share in shares.items())


def layers_sentence(results: Results) -> str:
    """Return how many turns passed each layer, of those to which it applies."""
    counts = [
        f"{name} {layer.passed}/{layer.passed + layer.failed}"
        + (f" ({layer.not_applicable} n/a)" if layer.not_applicable else "")
        for name, layer in results.summary.layers.items()
    ]
    return f"layers, in turns, calls as {results.call_format}: {', '.join(counts)}"


def table_cells(gate: GateResult) -> list[Sequence[str]]:
    """Return the header and the rows; without the columns that say nothing of this run."""
    rows = [row_of(line) for line in gate.lines]
    repeated = [line.rate.repeated for line in gate.lines if line.rate and line.rate.repeated]
    header = [name.format(k=repeated[0].repeats if repeated else 1) for name in HEADER]
    silent = [column for column in _OPTIONAL if all(row[column] in ("", "-") for row in rows)]
    return [
        [cell for column, cell in enumerate(row) if column not in silent] for row in (header, *rows)
    ]


def text_table(gate: GateResult) -> str:
    """Return the table with aligned columns."""
    rows = table_cells(gate)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *rest = row
        aligned = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *aligned]).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def markdown(gate: GateResult, results: Results, title: str, *, enforced: bool) -> str:
    """Return the table and the verdict as Markdown, for a step summary or a comment."""
    rows = table_cells(gate)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(
        [
            f"### {title}",
            "",
            *lines,
            "",
            f"**Verdict: {verdict_sentence(results)}**",
            "",
            f"{gate_sentence(gate, enforced=enforced)}; {habits_sentence(results)}.",
            *([f"{executed}."] if (executed := executed_sentence(results)) else []),
            *(f"{sentence}." for sentence in map(escape_markdown, repeats_sentences(results))),
            "",
        ]
    )
