"""An experiment in words: the table of a terminal, the section of a document."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from fixtures import CallgateError
from pipeline.files import write_atomic

from .figures import ArmFigures, Estimate, categories_of, figures_of, quantization_cost
from .record import FUSED, QUANTIZED, ExperimentRecord, ModelKind

_BEGIN, _END = "<!-- experiment {} -->", "<!-- end of experiment {} -->"
_HEADS = ("arm", "strict by seed", "mean", "95 % interval", "difference", "95 % interval")
_HABITS = ("preambles", "announcements")


def _percent(estimate: Estimate) -> tuple[str, str]:
    low, high = estimate.interval
    return f"{estimate.mean:.1f} %", f"{low:.1f} to {high:.1f}"


def _points(estimate: Estimate | None) -> tuple[str, str]:
    if estimate is None:
        return "", ""
    low, high = estimate.interval
    return f"{estimate.mean:+z.1f}", f"{low:+z.1f} to {high:+z.1f}"


def _row(figures: ArmFigures) -> tuple[str, ...]:
    strict = " ".join(map(str, figures.strict))
    habits = (" ".join(map(str, counts)) for counts in (figures.preambles, figures.announcements))
    return (figures.arm, strict, *_percent(figures.rate), *_points(figures.difference), *habits)


def rows_of(record: ExperimentRecord, model: ModelKind) -> list[tuple[str, ...]]:
    """Return the table of one kind of model, its head first."""
    return [(*_HEADS, *_HABITS), *map(_row, figures_of(record, model))]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _markdown_table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *body = rows
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in body)]


def _title(record: ExperimentRecord, model: ModelKind) -> str:
    if model == FUSED:
        return "fused, not quantized"
    return f"{record.bits} bits in groups of {record.group_size}"


def _said(estimate: Estimate, cases: int) -> str:
    """Return a difference as a sentence says it: in points and in cases, and whether it is sure."""
    low, high = estimate.interval
    sure = "" if low > 0 or high < 0 else "; zero is inside: not enough to be sure"
    return (
        f"{estimate.mean:+z.1f} points (95 % interval {low:+z.1f} to {high:+z.1f}{sure}), "
        f"{estimate.mean * cases / 100:+z.1f} of {cases} cases"
    )


def _total(figures: Sequence[ArmFigures], habit: str) -> str:
    return ", ".join(f"{one.arm} {fmean(getattr(one, habit)):.1f}" for one in figures)


def answers_of(record: ExperimentRecord) -> list[str]:
    """Return what the experiment answers, one sentence each."""
    cases = len(record.cases)
    figures = figures_of(record)
    sentences = []
    for one, arm in zip(figures[1:], record.arms[1:], strict=True):
        assert one.difference is not None
        sentences.append(
            f"{arm.name} ({arm.title}) against {record.arms[0].name}: "
            f"{_said(one.difference, cases)}."
        )
    sentences += [
        f"Answers with text before a call, mean over seeds: {_total(figures, 'preambles')}.",
        "Answers that announce a call and make none, mean over seeds: "
        f"{_total(figures, 'announcements')}; fused: "
        f"{_total(figures_of(record, FUSED), 'announcements')}.",
        f"{record.bits} bits against fused, over all arms and seeds: "
        f"{_said(quantization_cost(record), cases)}.",
    ]
    return sentences


def text_of(record: ExperimentRecord) -> list[str]:
    """Return the lines for a terminal."""
    lines: list[str] = []
    for model in (QUANTIZED, FUSED):
        lines += [f"{_title(record, model)}:", *_aligned(rows_of(record, model)), ""]
    categories = [("category", "cases", *(arm.name for arm in record.arms))]
    for one in categories_of(record):
        rates = (f"{rate:.0f} %" for rate in one.rates)
        categories.append((one.category, str(one.cases), *rates))
    return [*lines, *_aligned(categories), "", *answers_of(record)]


def section_of(record: ExperimentRecord, plot: str, file: str) -> str:
    """Return the section of a document: what was done, plot, tables, answers, how to repeat it."""
    settings = record.settings
    arms = [f"- **{arm.name}**: {arm.title}; {arm.rows} rows to train on" for arm in record.arms]
    seeds = ", ".join(map(str, record.seeds))
    trained = (
        f"Every arm was trained on {record.base} with seeds {seeds}: {settings['iterations']} "
        f"iterations of batch {settings['batch_size']}, learning rate "
        f"{settings['learning_rate']:g} ({settings['schedule']}), rank {settings['rank']}; then "
        f"fused, quantized to {record.bits} bits in groups of {record.group_size}, and asked "
        f"{len(record.cases)} cases, the fused model too. Data: `{record.data}`."
    )
    lines = [trained, "", *arms, "", f"![strict by arm and seed]({plot})", ""]
    for model in (QUANTIZED, FUSED):
        lines += [f"{_title(record, model).capitalize()}:", ""]
        lines += [*_markdown_table(rows_of(record, model)), ""]
    lines += [
        "Strict passes and habits are counts of cases by seed; difference is in points, to the "
        "first arm. Intervals are clustered by case: each case is one value, its mean over seeds.",
        "",
        *(f"- {sentence}" for sentence in answers_of(record)),
        "",
        f"Made by `{record.command}`. What every run missed stands in [{Path(file).name}]({file}); "
        f"`callgate experiment preambles --from {file.removeprefix('../')}` makes these tables of "
        "it.",
    ]
    return "\n".join(lines) + "\n"


def write_section(document: Path, name: str, section: str) -> None:
    """Put a section between its marks in a document; raises CallgateError where there are none."""
    begin, end = _BEGIN.format(name), _END.format(name)
    try:
        text = document.read_text(encoding="utf-8")
    except OSError as problem:
        raise CallgateError(f"{document}: cannot be read: {problem.strerror}") from problem
    before, found, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise CallgateError(f"{document}: put {begin} and {end} where the section shall stand")
    write_atomic(document, f"{before}{begin}\n{section}{end}{after}")
