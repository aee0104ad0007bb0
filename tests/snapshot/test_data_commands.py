import json
from pathlib import Path

import pytest

from pipeline.cli import main

EXAMPLE = Path(__file__).parents[2] / "data" / "example"


def structure(value):
    """Return the keys and the types of a JSON value, lists by their first element."""
    if isinstance(value, dict):
        return {key: structure(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [structure(value[0])] if value else []
    return type(value).__name__


@pytest.mark.parametrize("command", ["audit", "clean"])
def test_help(command, snapshot, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    # Where the suite lies depends on the checkout.
    assert capsys.readouterr().out == snapshot


def test_structure_of_the_audit_report(snapshot, capsys):
    main(["audit", str(EXAMPLE), "--json", "-"])
    assert structure(json.loads(capsys.readouterr().out)) == snapshot


def test_findings_of_the_example(snapshot, capsys):
    main(["audit", str(EXAMPLE), "--json", "-"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [
        f"{finding['severity']} {finding['id']} {finding['count']} {' '.join(finding['rows'][:3])}"
        for finding in findings
    ] == snapshot


def test_change_log_and_manifest_of_the_example(snapshot, tmp_path):
    out = tmp_path / "out"
    main(["clean", str(EXAMPLE), str(out)])
    changes = [
        json.loads(line) for line in (out / "changes.jsonl").read_text("utf-8").split("\n") if line
    ]
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    manifest.pop("callgate")
    assert structure(changes[0]) == snapshot(name="structure")
    assert [
        f"{change['row']} -> {change['line_out']} "
        f"{' '.join(edit['fixer'] for edit in change['edits'])} {change['dropped'] or ''}".strip()
        for change in changes
    ] == snapshot(name="changes")
    assert manifest == snapshot(name="manifest")
