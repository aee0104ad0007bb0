import re

import pytest

from evals.judge.facts import copied_record, invented_numbers
from fixtures import TOOLS, tool_response
from fixtures.results import (
    FindReferencesResult,
    GitDiffResult,
    GitLogResult,
    GitStatusResult,
    RuffResult,
    TestCase,
    TestResult,
    TypeCheckResult,
)
from pipeline.data.announcements import is_announcement
from pipeline.data.augment.example import Ask, Back, Code, Say
from pipeline.data.augment.execution import read_example
from pipeline.data.augment.kinds.telling import telling

EACH = 15


@pytest.fixture
def summaries(drafts_of):
    return [(kind, draft) for kind, draft in drafts_of("summary", EACH)]


def facts_of(result):
    """Return what a summary of a result must say, whatever its shape."""
    match result:
        case TypeCheckResult(errors=[_, *_]):
            counts = [result.error_count, result.warning_count]
            lines = [error.line for error in result.errors]
            return [*(count for count in counts if count), *lines]
        case RuffResult(violations=[_, *_]):
            return [result.violation_count, *(found.code for found in result.violations)]
        case TestResult(failed=failed) if failed:
            broken = [test for test in result.tests if test.outcome == "failed"]
            return [failed, *(test.name.split("::")[-1] for test in broken)]
        case TestResult():
            return [result.passed]
        case FindReferencesResult(references=[_, *_]):
            return [result.reference_count, *(use.line for use in result.references)]
        case GitStatusResult(files=[_, *_]):
            return [result.file_count, *(entry.file for entry in result.files)]
        case GitDiffResult(files=[_, *_]):
            return [result.file_count, result.additions, *(entry.file for entry in result.files)]
        case GitLogResult():
            return [commit.message for commit in result.commits]
    return []


def test_a_summary_is_a_question_a_call_its_result_and_what_it_says(summaries):
    for kind, draft in summaries:
        assert [type(step) for step in draft] == [Ask, Code, Back, Say]
        assert read_example(draft[1].code).tools == kind.tools
        assert not is_announcement(draft[3].text)


def test_every_tool_has_its_summaries(summaries):
    assert {tool for kind, _ in summaries for tool in kind.tools} == set(TOOLS)


def test_a_summary_holds_the_counts_and_names_of_its_result(summaries):
    for _, draft in summaries:
        for fact in facts_of(draft[2].response):
            assert re.search(rf"(?<!\w){re.escape(str(fact))}(?!\w)", draft[3].text), draft[3].text


def test_a_summary_invents_no_number_and_copies_no_record(summaries):
    for _, draft in summaries:
        told = tool_response(draft[2].response)
        assert invented_numbers(draft[3].text, told) == ()
        assert copied_record(draft[3].text, told) is None


def test_an_all_clear_is_told_as_one(scene):
    test = TestCase(name="tests/test_dock.py::test_open", outcome="passed", duration=0.5)
    run = TestResult(passed=1, failed=0, errors=0, skipped=0, duration=0.5, tests=[test])
    told = {telling(scene, "pytest_run", {"path": "tests/test_dock.py"}, run) for _ in range(30)}
    assert len(told) == 6
    assert all(re.search(r"green|pass", text) for text in told)


def test_errors_and_warnings_are_told_apart(drafts_of):
    for kind, draft in drafts_of("summary", 40):
        found = draft[2].response
        if kind.name == "summary_of_typecheck" and found.warning_count and found.error_count:
            assert draft[3].text.count("(warning)") == found.warning_count
