"""What a run prints at its end: the misses, the table, the verdict, where the report is."""

import os
from pathlib import Path

import pytest

from ..decide.manifest import read_manifest
from ..run import Run
from .table import (
    engine_sentence,
    executed_sentence,
    gate_sentence,
    habits_sentence,
    layers_sentence,
    markdown,
    repeats_sentences,
    text_table,
    verdict_sentence,
)

# Beyond this the list hides the table; report.html has them all.
_MISSES_SHOWN = 12


def _shown_path(path: Path, start: Path) -> str:
    return str(path.relative_to(start)) if path.is_relative_to(start) else str(path)


def write_summary(
    reporter: pytest.TerminalReporter, run: Run, folder: Path | None, problem: str | None
) -> None:
    """Write the end of a run to the terminal and, in CI, to the step summary."""
    if problem is not None:
        reporter.write_line(f"callgate: error: {problem}", red=True, bold=True)
        return
    if not run.collected:
        return
    if folder is None:
        missing = len(run.collected - set(run.records))
        reporter.section("callgate", bold=True)
        reporter.write_line(
            f"not finished: {missing} of {len(run.collected)} cases were not judged, so there is "
            "no verdict and no run folder; answers that were given are kept, and the same command "
            "goes on from them",
            red=True,
        )
        return
    results = run.results()
    gate = run.gate(results)
    enforced = run.settings.enforced
    misses = [record for record in results.cases if not record.strict]
    reporter.section("callgate", bold=True)
    for record in misses[:_MISSES_SHOWN]:
        reporter.write_line(f"missed {record.id}: {record.failure}")
    if len(misses) > _MISSES_SHOWN:
        reporter.write_line(f"... and {len(misses) - _MISSES_SHOWN} more, all in the report")
    reporter.write_line("")
    reporter.write_line(text_table(gate))
    reporter.write_line("")
    reporter.write_line(f"verdict: {verdict_sentence(results)}", bold=True)
    good = gate.passed is not False
    reporter.write_line(gate_sentence(gate, enforced=enforced), green=good, red=not good)
    reporter.write_line(habits_sentence(results))
    reporter.write_line(layers_sentence(results))
    for sentence in (executed_sentence(results), *repeats_sentences(results)):
        if sentence is not None:
            reporter.write_line(sentence)
    engine = read_manifest(folder / "manifest.json").engine
    if engine is not None:
        reporter.write_line(engine_sentence(engine))
    reporter.write_line(f"report: {_shown_path(folder / 'report.html', Path.cwd())}")
    if step_summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(step_summary).open("a", encoding="utf-8") as file:
            file.write(markdown(gate, results, f"callgate {folder.name}", enforced=enforced))
