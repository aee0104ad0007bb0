"""The static site of all runs: reports/index.html and the pages under reports/site/."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError, Suite
from pipeline.files import write_atomic

from ..archive.finding import run_folders
from ..archive.recorded import RecordedRun, read_run
from ..archive.tags import Tags, read_tags
from ..ask.answer import Answers
from ..judge import LAYERS
from .pages import TEXT_SHOWN, page_environment
from .site_facts import (
    CaseHistory,
    case_histories,
    executed_rate,
    outcome_of,
    page_name,
    shown_answers,
    trend_charts,
)
from .table import repeats_sentences, verdict_sentence

SITE = "site"


class Unreadable(NamedTuple):
    """A run folder that is no complete run, and why."""

    name: str
    problem: str


class Site(NamedTuple):
    """A site that was written: its first page, and how many runs and cases it shows."""

    first_page: Path
    runs: int
    cases: int
    unreadable: tuple[Unreadable, ...]


def read_runs(reports: Path) -> tuple[list[RecordedRun], list[Unreadable]]:
    """Read all run folders, oldest first; those that cannot be read are named."""
    runs, unreadable = [], []
    for folder in run_folders(reports):
        try:
            runs.append(read_run(folder))
        except CallgateError as problem:
            unreadable.append(Unreadable(folder.name, str(problem)))
    return runs, unreadable


def index_page(
    runs: Sequence[RecordedRun],
    histories: Mapping[str, CaseHistory],
    tags: Tags,
    unreadable: Sequence[Unreadable],
) -> str:
    """Return the first page: the latest verdict, the trend, the cases and the runs."""
    return _render(
        "index.html.j2",
        "",
        runs=runs,
        latest=runs[-1] if runs else None,
        verdict=verdict_sentence(runs[-1].results) if runs else "",
        charts=trend_charts(runs),
        histories=list(histories.values()),
        categories=list(dict.fromkeys(history.category for history in histories.values())),
        tools=_tools(histories),
        tags=tags,
        unreadable=unreadable,
        any_repeats=any(run.results.repeats > 1 for run in runs),
    )


def run_page(
    run: RecordedRun,
    position: int,
    runs: Sequence[RecordedRun],
    histories: Mapping[str, CaseHistory],
    answers: Answers,
    tags: Tags,
) -> str:
    """Return the page of a run: its rates, and every case with its raw answer."""
    return _render(
        "run.html.j2",
        "../../",
        run=run,
        verdict=verdict_sentence(run.results),
        before=runs[position - 1] if position else None,
        after=runs[position + 1] if position + 1 < len(runs) else None,
        histories=histories,
        tools=_tools(histories),
        answers=answers,
        repeats=repeats_sentences(run.results),
        tags=tags.of_run(run.name),
    )


def case_page(history: CaseHistory) -> str:
    """Return the page of a case: what it asks, its outcome in every run, what was answered."""
    return _render("case_history.html.j2", "../../", history=history, given=history.given())


def _tools(histories: Mapping[str, CaseHistory]) -> list[str]:
    return sorted({tool for history in histories.values() for tool in history.tools})


def _render(template: str, root: str, **values: object) -> str:
    return (
        page_environment()
        .get_template(template)
        .render(
            root=root,
            page_name=page_name,
            layers=list(LAYERS),
            outcome_of=outcome_of,
            shown_answers=shown_answers,
            executed_rate=executed_rate,
            **values,
        )
    )


def _answers(run: RecordedRun) -> Answers:
    try:
        return run.answers()
    except CallgateError:
        # The page of the run says so; the others need not suffer.
        return {}


def write_site(reports: Path, suite: Suite) -> Site:
    """Write the site of a reports folder; raises OSError. The old one stays until it is done."""
    runs, unreadable = read_runs(reports)
    tags = read_tags(reports)
    histories = case_histories(runs, suite)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=reports) as folder:
        fresh = Path(folder) / "new"
        for part in ("runs", "cases"):
            (fresh / part).mkdir(parents=True)
        for position, run in enumerate(runs):
            answers = _answers(run)
            for record in run.results.cases:
                for _, turns in shown_answers(record, answers):
                    histories[record.id].add_answer(run.name, turns, TEXT_SHOWN)
            page = run_page(run, position, runs, histories, answers, tags)
            _write(fresh / "runs" / page_name(run.name), page)
        for history in histories.values():
            _write(fresh / "cases" / history.page, case_page(history))
        if (reports / SITE).exists():
            (reports / SITE).rename(Path(folder) / "old")
        fresh.rename(reports / SITE)
        shutil.rmtree(Path(folder) / "old", ignore_errors=True)
    index = reports / "index.html"
    write_atomic(index, index_page(runs, histories, tags, unreadable).encode(errors="replace"))
    return Site(index, len(runs), len(histories), tuple(unreadable))


def _write(path: Path, page: str) -> None:
    path.write_bytes(page.encode(errors="replace"))
