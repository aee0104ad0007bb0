"""What a CI gets: the steps of .ci/gate, files that parse in their schemas, valid workflows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator
from lxml import etree

CHECKOUT = Path(__file__).resolve().parents[3]
SCHEMAS = Path(__file__).with_name("schemas")

HOSTILE = "<tool_call>]]></testcase>&\x00\x1b[31m \ud7ff \ufffe"


@pytest.fixture
def gate(tmp_path):
    """Run .ci/gate over recorded answers, as a CI would over a model."""

    def run_gate(folder, *options, **variables):
        done = subprocess.run(
            [CHECKOUT / ".ci" / "gate", tmp_path / "out", "--replay", folder, *options],
            cwd=tmp_path,
            env=os.environ | {"CALLGATE_BIN": str(Path(sys.executable).parent)} | variables,
            capture_output=True,
            text=True,
        )
        return done, tmp_path / "out"

    return run_gate


def test_the_steps_leave_table_comparison_and_site(run, gate, ids):
    baseline = run("main", missing=ids[:4])
    changed = run("branch", missing=ids[3:6])
    done, out = gate(changed, CALLGATE_BASELINE=str(baseline), CALLGATE_POLICY="no_regression")
    assert done.returncode == 0, done.stdout + done.stderr
    names = {path.name for path in out.iterdir()}
    assert names == {"reports", "summary.md", "comment.md", "compare.html", "compare.json"}
    assert "3 fixed, 2 broken, p = 1: not enough cases" in (out / "comment.md").read_text()
    assert (out / "summary.md").read_text().startswith("### callgate 0001_branch-again")
    assert (out / "reports" / "index.html").is_file()


def test_a_failed_gate_is_the_exit_code_and_the_files_are_there_all_the_same(run, gate, ids):
    done, out = gate(run(missing=ids[:20]))
    assert done.returncode == 1, done.stdout + done.stderr
    assert (out / "summary.md").is_file()


def test_a_baseline_that_cannot_be_compared_is_said_and_not_judged(run, gate):
    baseline = run("main", system_prompt="Be brief.")
    done, out = gate(run(), CALLGATE_BASELINE=str(baseline), CALLGATE_POLICY="no_regression")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "they differ in system prompt" in (out / "comment.md").read_text()


def test_an_error_of_the_run_is_2(gate, tmp_path):
    done, _ = gate(tmp_path / "no-such-run")
    assert done.returncode == 2


def test_junit_and_ctrf_parse_in_their_schemas_whatever_the_answers_hold(
    run, gate, ids, right_answers
):
    changed = {ids[0]: (HOSTILE, *right_answers[ids[0]][1:])}
    done, out = gate(run(missing=ids[1:9], changed=changed))
    assert done.returncode == 0, done.stdout + done.stderr
    folder = out / "reports" / "0001_model-again"
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit.xsd"))
    schema.assertValid(etree.parse(folder / "junit.xml"))
    report = json.loads((folder / "ctrf.json").read_text())
    official = json.loads((SCHEMAS / "ctrf-schema.json").read_text())
    assert list(Draft7Validator(official).iter_errors(report)) == []
    summary = report["results"]["summary"]
    assert (summary["tests"], summary["passed"], summary["failed"]) == (57, 48, 9)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", [".github/workflows/test.yml", ".github/workflows/gate.yml"]),
        ("custom.github-workflows-require-timeout", [".github/workflows/gate.yml"]),
        ("vendor.github-actions", ["action.yml"]),
    ],
)
def test_workflows_and_action_are_valid(schema, files):
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_gitlab_example_of_the_document_is_valid(tmp_path):
    document = (CHECKOUT / "docs" / "ci.md").read_text()
    example = tmp_path / ".gitlab-ci.yml"
    gitlab = document.split("## GitLab")[1]
    example.write_text(gitlab.split("```yaml\n")[1].split("```")[0])
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    done = subprocess.run([*command, example], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_inputs_never_become_part_of_a_script():
    action = yaml.safe_load((CHECKOUT / "action.yml").read_text())
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]
