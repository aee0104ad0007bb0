"""`pytest evals --suite DIR` in a process of its own."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]


def collect(*options):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "evals", "--collect-only", "-q", *options],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_cases_of_another_suite_are_collected_under_its_markers():
    outcome = collect("--suite", "docs/examples/mail", "-m", "errands or mail_tools")
    assert "test_single_turn[running_late]" in outcome.stdout
    assert "test_multi_turn[open_what_was_found]" in outcome.stdout
    assert "5/7 tests collected (2 deselected)" in outcome.stdout


def test_folder_that_is_no_suite_is_an_error():
    outcome = collect("--suite", "docs")
    assert outcome.returncode == 4
    assert "docs/queries: no such folder" in outcome.stderr.replace("tool_responses", "queries")
