"""The controller's side of a run: it gathers judged cases, holds the gate, writes the folder."""

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.junitxml import LogXML, xml_key

from fixtures import CallgateError
from pipeline.files import CHECKOUT

from .ask.answer import Answer, Given, by_case
from .decide.records import CaseRecord
from .report.page import STYLE_SHEET, case_html, row_cells, summary_html
from .report.run_folder import check_writable, discard, make_staging
from .report.terminal import write_summary
from .run import Run

_CASES = CHECKOUT / "evals"


def _is_of_dead_worker(problem: OSError) -> bool:
    """Return whether execnet could not send to a worker; a full disk's error has a number."""
    return problem.errno is None and str(problem).startswith("cannot send")


def _given(judged: dict[str, Any]) -> tuple[Given, ...]:
    """Return the answers to a case, repeat by repeat, that travelled on its report."""
    (given,) = by_case(map(Answer.model_validate, judged["answers"])).values()
    return given


class Controller:
    """The hooks that run once, on the process that the person started."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        """Check what is asked and make the staging folder; raises CallgateError."""
        run.prepare()
        check_writable(run.settings.reports)
        self.config = config
        self.run = run
        self.staging = make_staging(run.settings.reports)
        self.folder: Path | None = None
        self.problem: str | None = None
        self.worker_died = False
        option = config.option
        # A person's own paths for these reports are kept; the run folder gets a copy.
        option.xmlpath = option.xmlpath or str(self.staging / "junit.xml")
        option.htmlpath = option.htmlpath or str(self.staging / "report.html")
        option.ctrf = option.ctrf or str(self.staging / "ctrf.json")
        option.self_contained_html = True
        option.css = [*option.css, str(STYLE_SHEET)]

    # On the controller as it starts each worker: a large model is hashed once, not once a worker.
    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - xdist's WorkerController
        """Tell a worker the fingerprint of the model."""
        node.workerinput["callgate_fingerprint"] = self.run.fingerprint

    # After deselection: what is left is what a complete run must have judged.
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember the selected cases."""
        self._remember([item.nodeid for item in session.items])

    # The controller of xdist collects nothing itself: it learns the selection from its workers.
    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Remember the cases that a worker selected."""
        self._remember(ids)

    def _remember(self, names: list[str]) -> None:
        prefix = _CASES.relative_to(self.config.rootpath).as_posix()
        self.run.collected |= {name for name in names if name.startswith(f"{prefix}/test_")}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the record of a case from its report, which may have come from a worker."""
        judged = getattr(report, "callgate", None)
        # A rerun's report is followed by the one that counts.
        if judged is None or str(report.outcome) == "rerun":
            return
        name = report.nodeid
        self.run.records[name] = CaseRecord.model_validate(judged["record"])
        self.run.answers[name] = _given(judged)
        self.run.missed.discard(name)
        if judged["missed"]:
            self.run.missed.add(name)

    # Around the loop and not in sessionfinish: what pytest makes of testsfailed is decided between
    # the two, and other plugins add to the exit status there.
    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Let the gate decide the exit code: misses are no failures when it passed or is off."""
        try:
            result = yield
        except OSError as problem:
            if not _is_of_dead_worker(problem):
                raise
            self.worker_died = True
            raise session.Failed("a worker died") from problem
        if self.run.complete:
            gate = self.run.gate(self.run.results())
            if not self.run.settings.enforced or gate.passed:
                session.testsfailed -= len(self.run.missed)
            elif gate.passed is False:
                session.testsfailed = max(1, session.testsfailed)
        return result

    # Innermost around the others: JUnit and HTML are written by them before, and the terminal
    # summary, which names the folder, is printed by pytest's own wrapper after.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Publish the run folder, or leave none."""
        try:
            try:
                yield
                if self.run.complete:
                    self._copy_reports()
                    self.folder = self.run.publish(self.staging)
            except (OSError, CallgateError) as problem:
                self.problem = (
                    f"no run folder was written: {problem}; "
                    "the answers are kept, and the same command goes on from them"
                )
                session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        finally:
            if self.folder is None:
                discard(self.staging)
            self._silence_reports()

    def _copy_reports(self) -> None:
        option = self.config.option
        for source, name in (
            (option.xmlpath, "junit.xml"),
            (option.htmlpath, "report.html"),
            (option.ctrf, "ctrf.json"),
        ):
            if Path(source).parent != self.staging:
                shutil.copyfile(source, self.staging / name)

    def _silence_reports(self) -> None:
        """Keep JUnit and pytest-html from naming the staging folder, which is gone by then."""
        manager = self.config.pluginmanager
        for plugin in manager.get_plugins():
            if isinstance(plugin, LogXML):
                del self.config.stash[xml_key]
                manager.unregister(plugin)
            elif type(plugin).__module__ == "pytest_html.selfcontained_report":
                manager.unregister(plugin)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the misses, the table, the verdict and where the report is."""
        if self.worker_died:
            terminalreporter.write_line(
                "callgate: error: a worker died while it was given cases; its own output above may "
                "say why, and the same command goes on from the answers kept",
                red=True,
                bold=True,
            )
        write_summary(terminalreporter, self.run, self.folder, self.problem)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:  # noqa: ANN401 - pytest-html's own
        """Name the run."""
        report.title = f"callgate: {self.run.settings.name}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put the verdict and the table above the cases."""
        if self.run.complete:
            results = self.run.results()
            settings = self.run.settings
            gate = self.run.gate(results)
            model = settings.ask.model.name if settings.replay is None else settings.name
            prefix.append(summary_html(gate, results, model, enforced=settings.enforced))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Name the columns: the links column of pytest-html stays empty here."""
        cells[2:] = [
            '<th class="sortable" data-column-type="layer">Layer</th>',
            "<th>Why</th>",
        ]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Show the layer that decided and its sentence in the row of a case."""
        judged = getattr(report, "callgate", None)
        cells[2:] = row_cells(CaseRecord.model_validate(judged["record"]) if judged else None)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: pytest.TestReport, data: list[str]) -> None:
        """Show the case's turns instead of a log."""
        judged = getattr(report, "callgate", None)
        if judged:
            record = CaseRecord.model_validate(judged["record"])
            data[:] = [case_html(self.run.suite.case(record.id), record, _given(judged))]
