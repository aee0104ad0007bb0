import os
import subprocess
import sys
from pathlib import Path

import pytest

from evals.ask import Answer, open_store, read_answers
from fixtures import CallgateError

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "reports" / "answers.jsonl"


@pytest.fixture
def stored(path, make_answer):
    """An answers file with three answers."""
    with open_store(path) as store:
        for key in ("k1", "k2", "k3"):
            store.add(make_answer(key))
    return path


def test_answers_are_found_again_after_reopening(stored, make_answer):
    with open_store(stored) as store:
        assert store.get("k2") == make_answer("k2")
        assert store.get("k4") is None


def test_answer_is_one_line_whatever_its_text(path, make_answer):
    answer = make_answer(text='two\nlines "quoted" \u2028 \x00')
    with open_store(path) as store:
        store.add(answer)
    assert path.read_bytes().count(b"\n") == 1
    assert read_answers(path) == [answer]


def test_torn_last_line_is_dropped_and_the_next_answer_starts_a_line(stored, make_answer):
    whole = stored.read_bytes()
    stored.write_bytes(whole[:-20])
    with open_store(stored) as store:
        assert store.get("k3") is None
        store.add(make_answer("k4"))
    assert [answer.key for answer in read_answers(stored)] == ["k1", "k2", "k4"]


@pytest.mark.parametrize("kept", range(1, 40, 7))
def test_file_torn_within_its_first_line_is_empty(path, make_answer, kept):
    path.parent.mkdir()
    path.write_bytes(make_answer().model_dump_json().encode()[:kept])
    with open_store(path) as store:
        assert store.get("k1") is None
    assert path.read_bytes() == b""


def test_torn_last_line_of_a_finished_file_is_an_error(stored):
    stored.write_bytes(stored.read_bytes()[:-1])
    with pytest.raises(CallgateError) as raised:
        read_answers(stored)
    assert str(raised.value) == f"{stored}: line 3: cut off; the file is not complete"


def test_damaged_line_in_the_middle_is_named_with_its_number(stored):
    first, _, third = stored.read_bytes().splitlines(keepends=True)
    stored.write_bytes(first + b"{}\n" + third)
    with pytest.raises(CallgateError) as raised, open_store(stored):
        pass
    assert str(raised.value) == (
        f"{stored}: line 2: field 'key': Field required; "
        "this version reads answers of schema 1 and 2"
    )


def test_line_that_is_no_json_is_named_with_its_number(stored):
    first, _, third = stored.read_bytes().splitlines(keepends=True)
    stored.write_bytes(first + b"\x00\x00\n" + third)
    with pytest.raises(CallgateError) as raised:
        read_answers(stored)
    assert str(raised.value).startswith(f"{stored}: line 2: field '(line)': Invalid JSON: ")


def test_answer_of_another_schema_is_refused(stored):
    stored.write_bytes(stored.read_bytes().replace(b'"schema_version":1', b'"schema_version":3', 1))
    with pytest.raises(CallgateError) as raised:
        read_answers(stored)
    assert str(raised.value) == (
        f"{stored}: line 1: field 'schema_version': Input should be 1 or 2; "
        "this version reads answers of schema 1 and 2"
    )


def test_damaged_file_is_left_as_it_is(stored):
    damaged = b"{}\n" + stored.read_bytes() + b'{"half'
    stored.write_bytes(damaged)
    with pytest.raises(CallgateError), open_store(stored):
        pass
    assert stored.read_bytes() == damaged


def test_missing_file_cannot_be_read(tmp_path):
    with pytest.raises(CallgateError) as raised:
        read_answers(tmp_path / "answers.jsonl")
    message = f"{tmp_path / 'answers.jsonl'}: cannot be read: No such file or directory"
    assert str(raised.value) == message


def test_answer_counts_only_when_it_is_on_the_disk(path, make_answer, monkeypatch):
    seen = []

    with open_store(path) as store:

        def fsync(_):
            seen.append((path.read_bytes().count(b"\n"), store.get("k1")))

        monkeypatch.setattr(os, "fsync", fsync)
        store.add(make_answer("k1"))
        assert store.get("k1") == make_answer("k1")
    assert seen == [(1, None)]


def test_answer_that_does_not_reach_the_disk_is_taken_back(stored, make_answer, monkeypatch):
    before = stored.read_bytes()

    def fsync(_):
        raise OSError(5, "Input/output error")

    with open_store(stored) as store:
        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(OSError, match="Input/output error"):
            store.add(make_answer("k4"))
        assert store.get("k4") is None
    assert stored.read_bytes() == before


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from evals.ask import Answer, open_store

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
answer = Answer.model_validate_json(sys.argv[2])
limit = path.stat().st_size + len(sys.argv[2]) // 2
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
with open_store(path) as store:
    try:
        store.add(answer)
    except OSError as problem:
        print(problem.strerror, store.get(answer.key))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    store.add(answer)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_half_a_line_on_a_full_disk_is_taken_back(stored, make_answer):
    answer = make_answer("k4")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, stored, answer.model_dump_json()],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "File too large None\n"
    assert [answer.key for answer in read_answers(stored)] == ["k1", "k2", "k3", "k4"]


def test_last_answer_under_a_key_counts(path, make_answer):
    with open_store(path) as store:
        store.add(make_answer("k1", text="first"))
        store.add(make_answer("k1", text="second"))
        assert isinstance(store.get("k1"), Answer)
    with open_store(path) as store:
        assert store.get("k1").text == "second"
