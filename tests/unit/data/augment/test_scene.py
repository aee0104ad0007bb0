"""Scenes: the same for the same seed, varied, and results that agree with themselves."""

from itertools import pairwise
from random import Random

import pytest

from fixtures import TOOLS
from pipeline.data.augment.scene import Scene

PLACE = ("src/mill/gate.py", 4, 9, "open_gate")
ARGUMENTS = {
    "typecheck": ("src/mill",),
    "ruff_check": ("src/mill/gate.py",),
    "pytest_run": ("tests/mill",),
    "goto_definition": PLACE,
    "find_references": PLACE,
    "hover": PLACE,
    "document_symbols": ("src/mill/gate.py",),
    "workspace_symbols": ("GateKeeper",),
    "git_status": (".",),
    "git_diff": (".",),
    "git_log": (".",),
    "read_file": ("config/gate.yaml",),
    "write_file": ("notes/gate.md", "shut"),
    "run_command": ("make gate",),
}
LISTS = {
    "typecheck": "errors",
    "ruff_check": "violations",
    "find_references": "references",
    "document_symbols": "symbols",
    "workspace_symbols": "symbols",
    "git_status": "files",
    "git_diff": "files",
    "git_log": "commits",
}
SEEDS = range(40)


def results(tool, **how):
    return [Scene(Random(seed)).result(tool, *ARGUMENTS[tool], **how) for seed in SEEDS]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_result_is_the_same_for_the_same_seed_and_another_for_another(tool):
    found = [str(result) for result in results(tool)]
    assert found == [str(result) for result in results(tool)]
    assert len(set(found)) > 1 or tool == "write_file"


def test_every_tool_has_results_of_its_type():
    assert set(ARGUMENTS) == set(TOOLS)
    for tool in TOOLS.values():
        assert all(type(result) is tool.result for result in results(tool.name))


@pytest.mark.parametrize(("tool", "field"), LISTS.items())
def test_size_and_mood_decide_how_much_there_is_to_report(tool, field):
    assert all(len(getattr(result, field)) == 3 for result in results(tool, size=3))
    assert all(getattr(result, field) for result in results(tool))
    assert not any(getattr(result, field) for result in results(tool, mood="clean"))


def test_counts_are_those_of_the_lists():
    for result in results("typecheck"):
        severities = [error.severity for error in result.errors]
        assert result.error_count == severities.count("error")
        assert result.warning_count == severities.count("warning")
        assert result.success == (result.error_count == 0)
    for result in results("ruff_check"):
        assert result.violation_count == len(result.violations)
        assert result.fixable_count == sum(found.fixable for found in result.violations)
    for result in results("git_status"):
        assert (result.file_count, result.clean) == (len(result.files), not result.files)
    for result in results("git_diff"):
        assert result.additions == sum(file.additions for file in result.files)
        assert result.deletions == sum(file.deletions for file in result.files)
    for result in results("find_references"):
        assert result.reference_count == len(result.references)


@pytest.mark.parametrize("mood", ["filled", "clean"])
def test_totals_of_a_test_run_are_those_of_its_tests(mood):
    for result in results("pytest_run", mood=mood):
        outcomes = [test.outcome for test in result.tests]
        assert result.passed == outcomes.count("passed")
        assert result.failed == outcomes.count("failed")
        assert result.errors == outcomes.count("error")
        assert result.skipped == outcomes.count("skipped")
        assert result.success == (mood == "clean")
        assert result.duration >= sum(test.duration for test in result.tests)
        assert all((test.message is None) == (test.outcome == "passed") for test in result.tests)


def test_results_are_about_what_was_asked():
    for result in results("typecheck"):
        assert all(error.file.startswith("src/mill/") for error in result.errors)
    for result in results("ruff_check"):
        assert {found.file for found in result.violations} <= {"src/mill/gate.py"}
    for result in results("pytest_run"):
        assert all(test.name.startswith("tests/mill/test_") for test in result.tests)
    for result in results("workspace_symbols"):
        assert all("GateKeeper" in symbol.name for symbol in result.symbols)
    for seed in SEEDS:
        assert len(Scene(Random(seed)).result("git_log", ".", count=2).commits) <= 2


def test_symbols_of_a_file_stand_one_below_the_other():
    for result in results("document_symbols", size=5):
        lines = [(symbol.line, symbol.end_line) for symbol in result.symbols]
        assert all(begin <= end for begin, end in lines)
        assert all(before[1] < after[0] for before, after in pairwise(lines))
        assert all(
            symbol.line < child.line <= child.end_line <= symbol.end_line
            for symbol in result.symbols
            for child in symbol.children
        )


def test_an_argument_that_no_tool_takes_is_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        Scene(Random(1)).result("typecheck", "src", depth=2)


def test_names_vary_widely():
    makers = ("path", "function", "class_name", "test_path", "command", "author", "commit_message")
    for maker in makers:
        made = {getattr(Scene(Random(seed)), maker)() for seed in range(300)}
        assert len(made) > 200, maker


def test_a_template_is_filled_by_what_is_given_and_by_names_of_the_scene():
    scene = Scene(Random(3))
    filled = scene.fill("{path} {noun} {noun} {other_noun}", path="a.py").split(" ")
    assert filled[0] == "a.py"
    assert filled[1] == filled[2]
    assert {filled[1], filled[3]} <= set(scene.words.nouns)


def test_a_quotable_message_is_a_commit_message_without_its_quotes():
    messages = {seed: Scene(Random(seed)).commit_message() for seed in range(300)}
    assert any('"' in message for message in messages.values())
    for seed, message in messages.items():
        assert Scene(Random(seed)).quotable_message() == message.replace('"', "")
