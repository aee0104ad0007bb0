import json
import re
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.data.audit import AuditSettings, audit
from pipeline.data.audit_report import AuditReport

EXAMPLE = Path(__file__).parents[3] / "data" / "example"


@pytest.fixture
def preamble_file(write, chat, call):
    return write("a.jsonl", [chat("question", "Let me see.\n\n" + call)])


@pytest.fixture
def clean_file(write, chat, call):
    """Write a data set in which nothing but coverage is to be found."""
    return write("b.jsonl", [chat("question", call)])


def test_the_example_has_every_finding():
    assert {finding.id for finding in audit([EXAMPLE]).findings} == {
        *("preamble", "uneven_preamble", "trailing_text", "announcement", "contamination"),
        *("envelope", "system_prompt", "role", "unknown_role", "double_wrap", "tool_response"),
        *("broken_call", "syntax_error", "unknown_tool", "wrong_arguments", "unknown_field"),
        *("no_answer", "coverage", "secret", "email", "duplicate", "near_duplicate", "leakage"),
        "conflicting_twins",
    }


def test_findings_at_fail_on_exit_with_1(preamble_file, clean_file):
    assert main(["audit", str(preamble_file)]) == 0
    assert main(["audit", str(preamble_file), "--fail-on", "error"]) == 1
    assert main(["audit", str(clean_file), "--fail-on", "error"]) == 0
    assert main(["audit", str(clean_file), "--fail-on", "warning"]) == 1


def test_json_goes_to_a_file_and_reads_back(preamble_file, tmp_path):
    path = tmp_path / "audit.json"
    main(["audit", str(preamble_file), "--json", str(path)])
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content.pop("errors") == 1
    assert content.pop("warnings") == 1
    report = AuditReport.model_validate(content)
    assert report.finding("preamble").rows == ("a.jsonl:1",)


def test_json_to_stdout_is_nothing_but_json(preamble_file, capsys):
    main(["audit", str(preamble_file), "--json", "-"])
    assert json.loads(capsys.readouterr().out)["rows"] == 1


def test_the_page_asks_for_nothing_from_outside(preamble_file, tmp_path):
    path = tmp_path / "audit.html"
    main(["audit", str(preamble_file), "--html", str(path)])
    page = path.read_text(encoding="utf-8")
    assert re.findall(r"(?:src|href)=|url\(|@import|https?://", page) == []
    assert "<svg" in page
    assert "<mark>Let me see.\n\n</mark>" in page


def test_the_page_escapes_what_the_data_says(write, chat, call, tmp_path):
    data = write("a.jsonl", [chat("question", "<script>alert(1)</script>" + call)])
    path = tmp_path / "audit.html"
    main(["audit", str(data), "--html", str(path)])
    assert "<script>" not in path.read_text(encoding="utf-8")


def test_two_data_sets_stand_side_by_side(preamble_file, clean_file, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    main(["audit", str(preamble_file), "--compare", str(clean_file)])
    lines = capsys.readouterr().out.split("\n")
    (line,) = [line for line in lines if re.match(r"preamble +1 \(100\.0 %\) ", line)]
    assert line.split() == ["preamble", "1", "(100.0", "%)", "-"]


def test_control_characters_are_written_out(write, chat, call, capsys):
    data = write("a.jsonl", [chat("question", "\x1b[31mred\u202e\n" + call)])
    main(["audit", str(data)])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\\x1b[31mred\\u202e\\n" in out


def test_rows_are_listed_up_to_the_limit(write, chat, call):
    rows = [chat(f"question {number}", "Well. " + call) for number in range(7)]
    data = write("a.jsonl", rows)
    finding = audit([data], AuditSettings(limit=3)).finding("preamble")
    assert (finding.count, len(finding.rows), finding.rows_left_out) == (7, 3, 4)


def test_all_files_are_audited_as_one_data_set(write, chat):
    write("data/train.jsonl", [chat("a", "b"), chat("c", "d")])
    folder = write("data/valid.jsonl", [chat("a", "b"), chat("e", "f")]).parent
    assert audit([folder]).finding("leakage").rows == ("valid.jsonl:1",)
    assert audit([folder]).finding("duplicate") is None


def test_the_three_forms_are_read_side_by_side(write, chat):
    tool_call = {"id": "1", "function": {"name": "git_status", "arguments": '{"path": "."}'}}
    openai = {
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "Wait.", "tool_calls": [tool_call]},
        ]
    }
    sharegpt = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
    report = audit([write("a.jsonl", [chat("a", "b"), openai, sharegpt])])
    assert report.forms == {"chat": 1, "openai": 1, "sharegpt": 1}
    assert report.finding("preamble").rows == ("a.jsonl:2",)


def test_conflicting_twins_are_rows_with_one_question_and_two_calls(write, chat, call):
    other = call.replace("git_status", "git_log")
    rows = [chat("Same?", call), chat("same? ", other), chat("Other?", call)]
    finding = audit([write("a.jsonl", rows)]).finding("conflicting_twins")
    assert finding.rows == ("a.jsonl:1", "a.jsonl:2")


def test_near_duplicates_are_found_and_exact_ones_left_out(write, chat):
    text = "The tide rises and falls twice a day, and the ferry waits for the second high water. "
    rows = [chat("tides", text * 3), chat("tides", text * 3), chat("tides!", text.upper() * 3)]
    report = audit([write("a.jsonl", [*rows, chat("locks", "A lock lets one ship through.")])])
    assert report.finding("duplicate").rows == ("a.jsonl:2",)
    assert report.finding("near_duplicate").rows == ("a.jsonl:3",)


@pytest.mark.parametrize("workers", [1, 2])
def test_pieces_and_processes_do_not_change_the_report(monkeypatch, workers):
    from pipeline.data import scan

    whole = audit([EXAMPLE], AuditSettings(workers=1))
    original = scan.split_file
    monkeypatch.setattr(scan, "split_file", lambda number, path: original(number, path, 3000))
    assert audit([EXAMPLE], AuditSettings(workers=workers)) == whole


def test_the_tokenizer_of_a_model_tells_what_is_too_long(write, chat):
    folder = Path(__file__).parents[3] / ".models" / "smollm2-135m-5bit"
    if not (folder / "tokenizer.json").is_file():
        pytest.skip("no model folder: `callgate model` makes one")
    data = write("a.jsonl", [chat("question", "tide " * 3000), chat("question", "short")])
    report = audit([data], AuditSettings(model=folder))
    assert report.finding("too_long").rows == ("a.jsonl:1",)
