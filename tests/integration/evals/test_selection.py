"""Collecting: every category and group is a marker, and no model library is imported."""

import subprocess
import sys

from .conftest import CHECKOUT, ENVIRONMENT


def test_markers_reach_pytest(run_evals):
    outcome = run_evals("--collect-only", "-q", "-m", "git_tools and multi_turn")
    assert outcome.code == 0
    assert "3/57 tests collected (54 deselected)" in outcome.output


def test_an_unknown_marker_is_an_error_not_an_empty_selection(run_evals):
    outcome = run_evals("--collect-only", "-q", "-m", "chained")
    assert outcome.code != 0


def test_collecting_imports_no_model_library_and_writes_nothing(reports):
    code = (
        "import sys, pytest\n"
        f"code = pytest.main(['evals', '--collect-only', '-q', '--reports', {str(reports)!r}])\n"
        "loaded = {'mlx', 'mlx_lm', 'transformers', 'matplotlib', 'numpy'} & set(sys.modules)\n"
        "sys.exit(int(code) or ' '.join(sorted(loaded)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(reports.iterdir()) == []


def test_testing_callgate_itself_starts_no_run(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/unit/decide", "-q", "--model", tmp_path / "none"],
        cwd=CHECKOUT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
