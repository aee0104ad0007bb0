"""The pytest hooks of callgate: thin, each with the reason why it runs when it does."""

import uuid
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from fixtures import MARKERS, CallgateError, Case, load_suite
from pipeline.files import CHECKOUT

from .ask.answer import Answers, Given
from .ask.progress import ProgressLine
from .controller import Controller
from .decide.recording import case_record, repeated_record
from .decide.records import CaseRecord
from .judge import judge
from .judge.execution import Sandbox, execute_answer
from .options import add_options, read_settings
from .run import Run

RUN = pytest.StashKey[Run]()
JUDGED = pytest.StashKey[tuple[CaseRecord, tuple[Given, ...]]]()

_EVALS = CHECKOUT / "evals"


class Miss(AssertionError):  # noqa: N818 - a miss is what a model did, never an error of ours
    """A case that the model did not pass."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `pytest evals`."""
    add_options(parser)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _asks(config: pytest.Config) -> bool:
    """Whether the arguments name cases; `pytest tests` must not check models or write runs."""
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if path == _EVALS or _EVALS in path.parents or path in _EVALS.parents:
            return True
    return False


# First, because junitxml and pytest-html read their paths in their own pytest_configure.
@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, load the suite and, on the controller, prepare the run."""
    for name in MARKERS:
        config.addinivalue_line("markers", f"{name}: cases of this category or group")
    config.addinivalue_line("markers", "cases(turns): parametrized with the cases of that length")
    if not _asks(config):
        return
    try:
        suite = load_suite(config.option.suite)
        for name in suite.markers:
            config.addinivalue_line("markers", f"{name}: cases of this category or group")
        settings = read_settings(config, suite)
        # workerinput is set by xdist on its workers only.
        workerinput: dict[str, Any] = getattr(config, "workerinput", {})
        session = workerinput.get("testrunuid") or uuid.uuid4().hex
        run = Run(settings, suite, session, workerinput.get("callgate_fingerprint", ""))
        config.stash[RUN] = run
        if not _is_worker(config) and not config.option.collectonly:
            config.pluginmanager.register(Controller(config, run), "callgate-controller")
    except CallgateError as problem:
        raise pytest.UsageError(f"callgate: {problem}") from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize a test marked `cases(turns)` with the cases of one or two turns."""
    marker = metafunc.definition.get_closest_marker("cases")
    if marker is None:
        return
    turns = marker.kwargs["turns"]
    parameters = [
        pytest.param(case, id=case.id, marks=[getattr(pytest.mark, name) for name in case.markers])
        for case in metafunc.config.stash[RUN].suite.cases
        if (2 if case.second_turn else 1) == turns
    ]
    metafunc.parametrize("case", parameters)


def _case_of(item: pytest.Item) -> Case | None:
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return case if isinstance(case, Case) else None


def _uncaptured(config: pytest.Config) -> AbstractContextManager[None]:
    capture = config.pluginmanager.getplugin("capturemanager")
    return capture.global_and_fixture_disabled() if capture else nullcontext()


@pytest.fixture(scope="session")
def answers(request: pytest.FixtureRequest) -> Answers:
    """All answers to the selected cases, asked at once when the first case needs one."""
    run = request.config.stash[RUN]
    cases = [case for item in request.session.items if (case := _case_of(item))]
    try:
        return run.ask(cases, ProgressLine(lambda: _uncaptured(request.config)))
    except CallgateError as problem:
        # Every other case would fail of the same cause: stop after the first.
        request.session.shouldstop = f"callgate: {problem}"
        return pytest.fail(f"callgate: {problem}", pytrace=False)


@pytest.fixture(scope="session")
def sandbox(request: pytest.FixtureRequest) -> Generator[Sandbox | None, None, None]:
    """Make the process in which the code of calls is run; None with --no-execute."""
    if not request.config.stash[RUN].settings.execute:
        yield None
        return
    with Sandbox() as started:
        yield started


@pytest.fixture
def check(
    request: pytest.FixtureRequest, answers: Answers, sandbox: Sandbox | None
) -> Callable[[Case], None]:
    """Judge the answers to a case; raise Miss unless each passed every layer that applies."""
    run = request.config.stash[RUN]
    suite, spelled = run.suite, run.settings.call_format

    def judged(case: Case, given: Given) -> CaseRecord:
        texts = [answer.text for answer in given]
        judgement = judge(case, texts, suite.responses, call_format=spelled, tools=suite.tools)
        executed = (
            execute_answer(case, texts, suite, sandbox, call_format=spelled) if sandbox else ()
        )
        return case_record(case, judgement, executed)

    def check_case(case: Case) -> None:
        given = answers[case.id]
        records = [judged(case, conversation) for conversation in given]
        record = repeated_record(records) if len(records) > 1 else records[0]
        request.node.stash[JUDGED] = (record, given)
        # Properties of the item: those of the report are lost on the way from a worker.
        request.node.user_properties += [
            ("category", case.category),
            ("soft", record.soft),
            ("strict", record.strict),
            ("executed", record.executed),
            ("tokens", sum(answer.tokens for turns in given for answer in turns)),
            ("seconds", round(sum(answer.seconds for turns in given for answer in turns), 3)),
        ]
        if record.repeated:
            request.node.user_properties.append(
                ("passed", f"{record.share.passed} of {len(given)}")
            )
        if record.failure:
            raise Miss(record.failure)

    return check_case


# Around the report's making: what is judged must travel on the report from worker to controller.
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the record and the answers of a case on its report."""
    report = yield
    if call.when != "call" or JUDGED not in item.stash:
        return report
    record, given = item.stash[JUDGED]
    missed = call.excinfo is not None and call.excinfo.errisinstance(Miss)
    # Whatever stands in the report's __dict__ is serialized by xdist.
    vars(report)["callgate"] = {
        "record": record.model_dump(mode="json"),
        "answers": [answer.model_dump(mode="json") for turns in given for answer in turns],
        "missed": missed,
    }
    if missed and call.excinfo is not None:
        report.longrepr = str(call.excinfo.value)
    return report


# Before pytest's own, which would call a miss a failure and print its traceback.
@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Give a miss a word and a letter of its own; it stays a failure for -x, --lf and JUnit."""
    judged = getattr(report, "callgate", {})
    return ("missed", "m", "MISSED") if report.failed and judged.get("missed") else None
