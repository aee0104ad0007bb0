"""`callgate augment`: the same bytes for the same seed, and bad input."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import main

PROJECT = Path(__file__).parents[3]
PROGRAM = "import sys; from pipeline.cli import main; sys.exit(main(sys.argv[1:]))"


def augment(out, hash_seed, *more):
    words = [sys.executable, "-c", PROGRAM, "augment", "--count", "40", "-o", str(out), *more]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(words, check=True, cwd=PROJECT, env=environment, capture_output=True)
    return out.read_bytes()


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path):
    first = augment(tmp_path / "a.jsonl", "1", "--seed", "5")
    assert augment(tmp_path / "b.jsonl", "2", "--seed", "5") == first
    assert augment(tmp_path / "c.jsonl", "1", "--seed", "6") != first
    assert first.count(b"\n") == 40


def test_varied_answers_give_other_rows_of_the_same_seed(tmp_path):
    rows = {}
    for name, words in {"usual": [], "other": ["--varied"], "again": ["--varied"]}.items():
        out = tmp_path / f"{name}.jsonl"
        assert main(["augment", "--count", "40", "-o", str(out), *words]) == 0
        rows[name] = out.read_bytes()
    assert rows["usual"] != rows["other"] == rows["again"]


def test_what_was_made_is_said_by_category_and_tool(tmp_path, capsys):
    out = tmp_path / "cross.jsonl"
    words = ["augment", "--category", "tool_identity", "--category", "direct_answers"]
    assert main([*words, "--count", "18", "-o", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "18 rows"
    assert [line.split()[:2] for line in lines[1:3]] == [
        ["direct_answers", "12"],
        ["tool_identity", "6"],
    ]
    assert lines[3] == "rows that call a tool"
    assert lines[-1] == f"written: {out}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--count", "5"], "give -o OUT, where the rows go"),
        (["--count", "0", "-o", "rows.jsonl"], "--count must be at least 1"),
        (["-o", "rows.json"], "rows.json: the output is a .jsonl file"),
        (["-o", "gone/rows.jsonl"], "gone: no such folder"),
        (["-o", "old.jsonl"], "old.jsonl: exists already; --force writes over a file"),
        (["--category", "poems", "-o", "rows.jsonl"], "there is no category 'poems': known are "),
    ],
)
def test_bad_input_writes_nothing(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    Path("old.jsonl").write_text("kept")
    assert main(["augment", *words]) == 2
    assert capsys.readouterr().err.startswith(f"callgate: error: {message}")
    assert [path.name for path in tmp_path.iterdir()] == ["old.jsonl"]
    assert Path("old.jsonl").read_text() == "kept"


def test_force_writes_over_a_file(tmp_path):
    out = tmp_path / "rows.jsonl"
    out.write_text("old")
    assert main(["augment", "--count", "3", "-o", str(out), "--force"]) == 0
    assert out.read_bytes().count(b"\n") == 3
