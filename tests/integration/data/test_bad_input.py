import os
from pathlib import Path

import pytest

from fixtures import CallgateError
from pipeline.cli import main
from pipeline.data import chunks
from pipeline.data.audit import audit
from pipeline.data.clean import clean

GOOD = b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}'


def messages_of(problem):
    return str(problem.value).split("\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            b"{broken",
            "not valid JSON: unexpected character, expected a string key: line 1 column 2 (char 1)",
        ),
        (b"", "the line is empty"),
        (b"[]", "the row is a list, not an object"),
        (b"7", "the row is a number, not an object"),
        (b'{"text": "a"}', "the row has neither 'messages' nor 'conversations'"),
        (b'{"messages": {}}', "messages is an object, not a list"),
        (b'{"messages": []}', "messages is an empty list"),
        (b'{"messages": ["a"]}', "messages[0] is text, not an object"),
        (b'{"messages": [{"content": "a"}]}', "messages[0] has no key 'role'"),
        (b'{"messages": [{"role": "user"}]}', "messages[0] has no key 'content'"),
        (
            b'{"messages": [{"role": 1, "content": "a"}]}',
            "messages[0].role is a number, not text",
        ),
        (
            b'{"messages": [{"role": "user", "content": ["a"]}]}',
            "messages[0].content is a list, not text",
        ),
        (
            b'{"messages": [{"role": "user", "content": null}]}',
            "messages[0].content is null, not text",
        ),
        (
            b'{"messages": [{"role": "assistant", "content": null, "tool_calls": {}}]}',
            "messages[0].tool_calls is an object, not a list",
        ),
        (
            b'{"messages": [{"role": "assistant", "tool_calls": [{"id": "1"}]}]}',
            "messages[0].tool_calls[0] has no function with a name",
        ),
        (b'{"conversations": []}', "conversations is an empty list"),
        (b'{"conversations": [{"from": "human"}]}', "conversations[0] has no key 'value'"),
        (
            b'{"conversations": [{"from": "human", "value": 1}]}',
            "conversations[0].value is a number, not text",
        ),
        (b'{"messages": "\xff"}', "not valid UTF-8: byte 0xff at column 15"),
    ],
)
def test_a_line_that_is_no_row_is_named_with_its_place(write, tmp_path, line, message):
    path = write("a.jsonl", [GOOD, line, GOOD])
    with pytest.raises(CallgateError) as problem:
        audit([path])
    assert messages_of(problem) == [f"{path}:2: {message}"]
    with pytest.raises(CallgateError) as problem:
        clean(path, tmp_path / "out.jsonl")
    assert messages_of(problem) == [f"{path}:2: {message}"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.jsonl"]


def test_problems_are_listed_up_to_a_limit(write):
    path = write("a.jsonl", [b"no"] * 50)
    with pytest.raises(CallgateError) as problem:
        audit([path])
    lines = messages_of(problem)
    assert len(lines) == 21
    assert lines[-1] == "... and 30 more lines that are no rows"


def test_problems_of_two_files_are_listed_together(write, tmp_path):
    write("data/train.jsonl", [b"no"])
    write("data/valid.jsonl", [GOOD, b""])
    with pytest.raises(CallgateError) as problem:
        audit([tmp_path / "data"])
    assert [line.split(": ")[0].rsplit(os.sep, 1)[1] for line in messages_of(problem)] == [
        "train.jsonl:1",
        "valid.jsonl:2",
    ]


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.touch()
    with pytest.raises(CallgateError) as problem:
        audit([path])
    assert messages_of(problem) == [f"{path}: the file is empty"]


def test_a_folder_without_train_is_refused(write, tmp_path):
    write("data/valid.jsonl", [GOOD])
    with pytest.raises(CallgateError) as problem:
        audit([tmp_path / "data"])
    assert messages_of(problem) == [f"{tmp_path / 'data'}: holds no train.jsonl"]


def test_data_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(CallgateError) as problem:
        audit([tmp_path / "no", tmp_path / "none"])
    assert messages_of(problem) == [
        f"{tmp_path / 'no'}: does not exist",
        f"{tmp_path / 'none'}: does not exist",
    ]


def test_a_very_long_line_is_refused_without_being_read(write, monkeypatch, tmp_path):
    monkeypatch.setattr(chunks, "LONGEST_LINE", 1 << 20)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 1 << 16)
    path = write("a.jsonl", [GOOD, b'{"messages": "' + b"a" * (2 << 20) + b'"}', GOOD])
    with pytest.raises(CallgateError) as problem:
        audit([path])
    assert messages_of(problem) == [f"{path}:2: the line is 2.0 MiB long, more than 1 MiB"]
    rejects = tmp_path / "rejects.jsonl"
    manifest = clean(path, tmp_path / "out.jsonl", rejects=rejects).manifest
    assert (manifest.rows_in, manifest.rows_out, manifest.rejected) == (3, 1, 1)
    assert rejects.stat().st_size == (2 << 20) + 17


def test_fifty_megabytes_in_one_line_are_over_the_limit(write):
    path = write("a.jsonl", [b'"' + b"a" * (50 << 20) + b'"', GOOD])
    with pytest.raises(CallgateError) as problem:
        audit([path])
    assert messages_of(problem) == [f"{path}:1: the line is 50.0 MiB long, more than 32 MiB"]


def test_rejects_are_set_aside_byte_for_byte_and_counted(write, tmp_path, capsys):
    bad = [b"no", b'{"messages": []}', b"\xff\xfe"]
    other = GOOD.replace(b'"a"', b'"c"')
    path = write("a.jsonl", [GOOD, bad[0], bad[1], other, bad[2]])
    rejects = tmp_path / "rejects.jsonl"
    code = main(["clean", str(path), str(tmp_path / "out.jsonl"), "--rejects", str(rejects)])
    assert code == 0
    assert rejects.read_bytes() == b"".join(line + b"\n" for line in bad)
    assert (tmp_path / "out.jsonl").read_bytes() == GOOD + b"\n" + other + b"\n"
    out = capsys.readouterr().out
    assert "5 rows in = 2 out + 0 dropped + 3 rejected; 0 changed\n" in out
    assert f"  rejected: 3 lines in {rejects}\n" in out


def test_the_audit_sets_rejects_aside_too(write, tmp_path, capsys):
    path = write("a.jsonl", [GOOD, b"no"])
    rejects = tmp_path / "rejects.jsonl"
    assert main(["audit", str(path), "--rejects", str(rejects)]) == 0
    assert rejects.read_bytes() == b"no\n"
    assert "a.jsonl (train): 1 rows, 1 lines rejected" in capsys.readouterr().out


def test_a_byte_order_mark_and_carriage_returns_are_reported_and_cleaned(write, tmp_path):
    path = write("a.jsonl", [b"\xef\xbb\xbf" + GOOD, GOOD.replace(b'"a"', b'"c"')], end=b"\r\n")
    finding = audit([path]).finding("line_format")
    assert finding.count == 2
    assert finding.rows == ("a.jsonl:1", "a.jsonl:2")
    assert {line.name: line.count for line in finding.table} == {
        "a carriage return before the line feed (CRLF)": 2,
        "a byte order mark at the start of the file": 1,
    }
    clean(path, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (
        GOOD + b"\n" + GOOD.replace(b'"a"', b'"c"') + b"\n"
    )


def test_a_last_line_without_a_line_feed_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD)
    assert audit([path]).rows == 1


def test_an_output_that_exists_is_refused(write):
    path = write("a.jsonl", [GOOD])
    out = write("out.jsonl", [b"precious"])
    with pytest.raises(CallgateError) as problem:
        clean(path, out)
    assert messages_of(problem) == [f"{out}: exists already; nothing is overwritten"]
    assert out.read_bytes() == b"precious\n"


def test_a_change_log_that_exists_is_refused(write, tmp_path):
    path = write("a.jsonl", [GOOD])
    log = write("out.changes.jsonl", [b"precious"])
    with pytest.raises(CallgateError) as problem:
        clean(path, tmp_path / "out.jsonl")
    assert messages_of(problem) == [f"{log}: exists already; nothing is overwritten"]


def test_an_output_inside_the_data_is_refused(write, tmp_path):
    write("data/train.jsonl", [GOOD])
    out = tmp_path / "data" / "clean"
    with pytest.raises(CallgateError) as problem:
        clean(tmp_path / "data", out)
    assert messages_of(problem) == [f"{out}: lies inside the data {tmp_path / 'data'}"]


def test_an_output_without_a_folder_is_refused(write, tmp_path):
    path = write("a.jsonl", [GOOD])
    with pytest.raises(CallgateError) as problem:
        clean(path, tmp_path / "no" / "out.jsonl")
    assert messages_of(problem) == [f"{tmp_path / 'no'}: no such folder"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is full")
def test_a_full_disk_leaves_nothing(write, tmp_path, monkeypatch, capsys):
    path = write("a.jsonl", [GOOD])
    from pipeline.data import clean as cleaning

    def full(target, stack):
        del target
        return stack.enter_context(Path("/dev/full").open("wb", buffering=0))

    monkeypatch.setattr(cleaning, "open_synced", full)
    assert main(["clean", str(path), str(tmp_path / "out.jsonl")]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.jsonl"]


def test_an_unknown_fixer_is_named(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["clean", "a.jsonl", "b.jsonl", "--only", "typos"])
    assert stop.value.code == 2
    assert "no fixer is named 'typos'; known: double_wraps, roles," in capsys.readouterr().err


def test_the_same_file_twice_is_refused(write):
    path = write("a.jsonl", [GOOD])
    with pytest.raises(CallgateError, match="the same file is named twice"):
        audit([path, path])


def test_rejects_never_overwrite_a_file(write, tmp_path):
    path, other = write("a.jsonl", [GOOD, b"no"]), write("b.jsonl", [b"precious"])
    with pytest.raises(CallgateError) as problem:
        clean(path, tmp_path / "out.jsonl", rejects=other)
    assert messages_of(problem) == [f"{other}: exists already; nothing is overwritten"]
    out = tmp_path / "out.jsonl"
    with pytest.raises(CallgateError) as problem:
        clean(path, out, rejects=out)
    assert messages_of(problem) == [f"{out}: is where the result goes"]
    assert main(["audit", str(path), "--rejects", str(other)]) == 2
    assert other.read_bytes() == b"precious\n"


def test_a_data_set_without_a_row_that_is_kept_is_refused(write, chat, tmp_path):
    path = write("a.jsonl", [chat("question", "I'll check the status.")])
    with pytest.raises(CallgateError) as problem:
        clean(path, tmp_path / "out.jsonl")
    assert messages_of(problem) == [f"{path}: no row is left; nothing was written"]
