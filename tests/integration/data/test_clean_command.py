import json
from pathlib import Path

import orjson
import pytest

from pipeline.cli import main
from pipeline.data.audit import audit
from pipeline.data.clean import CleanSettings, clean
from pipeline.data.clean_report import ChangeRecord, CleanManifest

EXAMPLE = Path(__file__).parents[3] / "data" / "example"


def rows_of(path):
    return [orjson.loads(line) for line in path.read_bytes().split(b"\n") if line]


def test_rows_in_are_rows_out_and_rows_dropped(tmp_path):
    manifest = clean(EXAMPLE, tmp_path / "out").manifest
    assert manifest.rows_in == manifest.rows_out + sum(manifest.dropped.values()) == 64
    for file in manifest.files:
        assert len(rows_of(tmp_path / "out" / file.name)) == file.rows_out


def test_nothing_that_a_fixer_cures_is_left(tmp_path):
    clean(EXAMPLE, tmp_path / "out")
    assert {finding.fixer for finding in audit([tmp_path / "out"]).findings} == {None}


def test_cleaning_twice_changes_nothing(tmp_path):
    clean(EXAMPLE, tmp_path / "once")
    manifest = clean(tmp_path / "once", tmp_path / "twice").manifest
    assert (manifest.changed, manifest.dropped) == (0, {})
    for name in ("train.jsonl", "valid.jsonl"):
        once, twice = tmp_path / "once" / name, tmp_path / "twice" / name
        assert once.read_bytes() == twice.read_bytes()
    assert (tmp_path / "twice" / "changes.jsonl").read_bytes() == b""


def test_the_change_log_accounts_for_every_touched_row(tmp_path):
    manifest = clean(EXAMPLE, tmp_path / "out").manifest
    changes = [ChangeRecord.model_validate(row) for row in rows_of(tmp_path / "out/changes.jsonl")]
    assert sum(change.dropped is None for change in changes) == manifest.changed
    assert sum(change.dropped is not None for change in changes) == sum(manifest.dropped.values())
    came = {name: rows_of(EXAMPLE / name) for name in ("train.jsonl", "valid.jsonl")}
    left = {name: rows_of(tmp_path / "out" / name) for name in came}
    for change in changes:
        name, line = change.row.split(":")
        if change.dropped is not None:
            assert change.before == came[name][int(line) - 1]
            continue
        before, after = came[name][int(line) - 1], left[name][change.line_out - 1]
        assert before != after
        for edit in change.edits:
            key = "messages" if "messages" in after else "conversations"
            assert (
                all(message in after[key] for message in edit.after[-1:]) or len(change.edits) > 1
            )


def test_untouched_rows_keep_their_bytes_and_their_order(tmp_path):
    clean(EXAMPLE, tmp_path / "out", CleanSettings(frozenset({"preambles"})))
    came = (EXAMPLE / "train.jsonl").read_bytes().split(b"\n")
    left = (tmp_path / "out" / "train.jsonl").read_bytes().split(b"\n")
    untouched = [line for line in came if line in left]
    assert [line for line in left if line in untouched] == untouched
    assert len(untouched) > 40


def test_a_row_that_becomes_a_copy_by_another_fixer_is_dropped_with_all_that_was_done(
    write, chat, call, tmp_path
):
    data = write("a.jsonl", [chat("q", call), chat("q", "Wait. " + call)])
    manifest = clean(data, tmp_path / "out.jsonl").manifest
    assert manifest.dropped == {"a row that stands in the file already": 1}
    (change,) = rows_of(tmp_path / "out.changes.jsonl")
    assert [edit["fixer"] for edit in change["edits"]] == ["preambles"]
    assert change["before"] == chat("q", "Wait. " + call)


def test_held_out_copies_of_training_rows_are_leakage(write, chat, tmp_path):
    write("data/train.jsonl", [chat("a", "b"), chat("c", "d")])
    folder = write("data/valid.jsonl", [chat("a", "b"), chat("e", "f")]).parent
    manifest = clean(folder, tmp_path / "out").manifest
    assert manifest.dropped == {"a held-out row that an earlier file has": 1}
    assert rows_of(tmp_path / "out" / "train.jsonl") == [chat("a", "b"), chat("c", "d")]
    kept = clean(folder, tmp_path / "kept", CleanSettings(frozenset({"duplicates"}))).manifest
    assert kept.dropped == {}


def test_keep_leaves_announcements_alone(write, chat, call, tmp_path):
    data = write("a.jsonl", [chat("q", "I'll check the status.", "Go ahead.", call)])
    out = tmp_path / "out.jsonl"
    assert main(["clean", str(data), str(out), "--announcements", "keep"]) == 0
    assert out.read_bytes() == data.read_bytes()


def test_skip_turns_fixers_off(write, chat, call, tmp_path):
    data = write("a.jsonl", [chat("q", "Wait. " + call)] * 2)
    out = tmp_path / "out.jsonl"
    main(["clean", str(data), str(out), "--skip", "preambles, duplicates"])
    assert out.read_bytes() == data.read_bytes()
    manifest = json.loads((tmp_path / "out.manifest.json").read_text(encoding="utf-8"))
    assert "preambles" not in CleanManifest.model_validate(manifest).fixers


def test_the_manifest_names_input_and_fixers(write, chat, tmp_path):
    from pipeline.files import sha256_of_file

    data = write("a.jsonl", [chat("a", "b")])
    manifest = clean(data, tmp_path / "out.jsonl", CleanSettings(frozenset({"roles"}))).manifest
    assert manifest.fixers == {"roles": "on"}
    assert manifest.files[0].sha256 == sha256_of_file(data)


def test_a_dry_run_prints_a_diff_and_writes_nothing(write, chat, call, tmp_path, capsys):
    data = write("a.jsonl", [chat("q", "Wait.\n" + call)])
    assert main(["clean", str(data), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("@@ a.jsonl:1 preambles @@\n [assistant]\n-Wait.\n <tool_call>")
    assert out.endswith("nothing was written (--dry-run)\n")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.jsonl"]


def test_a_missing_output_is_named(write, chat, capsys):
    assert main(["clean", str(write("a.jsonl", [chat("a", "b")]))]) == 2
    assert "give OUT, or --dry-run to see what would be done" in capsys.readouterr().err


def test_a_finding_that_remains_fails_and_writes_nothing(write, chat, call, tmp_path, monkeypatch):
    from fixtures import CallgateError
    from pipeline.data.fixers import Preambles

    data = write("a.jsonl", [chat("q", "Wait. " + call)])
    monkeypatch.setattr(Preambles, "fix", lambda *_: None)
    with pytest.raises(CallgateError) as problem:
        clean(data, tmp_path / "out.jsonl")
    assert str(problem.value).split("\n") == [
        "preamble: still in 1 rows of the result, a.jsonl:1",
        "nothing was written; please report this",
    ]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.jsonl"]


def test_an_interruption_leaves_nothing(write, chat, tmp_path, monkeypatch):
    from pipeline.data import clean as cleaning

    def interrupted(*_):
        raise KeyboardInterrupt

    data = write("a.jsonl", [chat("a", "b")])
    monkeypatch.setattr(cleaning, "_fail_on_remains", interrupted)
    assert main(["clean", str(data), str(tmp_path / "out.jsonl")]) == 130
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.jsonl"]


@pytest.mark.parametrize("workers", [1, 2])
def test_pieces_and_processes_do_not_change_the_result(tmp_path, monkeypatch, workers):
    from pipeline.data import clean as cleaning

    clean(EXAMPLE, tmp_path / "whole", CleanSettings(workers=1))
    original = cleaning.split_file
    monkeypatch.setattr(cleaning, "split_file", lambda number, path: original(number, path, 3000))
    clean(EXAMPLE, tmp_path / "parts", CleanSettings(workers=workers))
    for name in ("train.jsonl", "valid.jsonl", "changes.jsonl", "manifest.json"):
        whole, parts = tmp_path / "whole" / name, tmp_path / "parts" / name
        assert whole.read_bytes() == parts.read_bytes()


def test_rows_in_all_forms_are_mended_and_keep_their_form(write, call, tmp_path):
    tool_call = {"id": "1", "function": {"name": "git_status", "arguments": '{"path": "."}'}}
    openai = {
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "Wait.", "tool_calls": [tool_call]},
        ]
    }
    sharegpt = {
        "conversations": [
            {"from": "human", "value": "a"},
            {"from": "gpt", "value": "Wait. " + call},
        ]
    }
    out = tmp_path / "out.jsonl"
    clean(write("a.jsonl", [openai, sharegpt]), out)
    openai["messages"][1]["content"] = ""
    sharegpt["conversations"][1]["value"] = call
    assert rows_of(out) == [openai, sharegpt]


def test_a_file_named_like_the_change_log_is_cleaned_too(write, chat, call, tmp_path):
    data = write("in/changes.jsonl", [chat("q", "Wait. " + call)])
    out = tmp_path / "manifest.jsonl"
    assert clean(data, out).manifest.changed == 1
    assert rows_of(out) == [chat("q", call)]
    assert len(rows_of(tmp_path / "manifest.changes.jsonl")) == 1
