"""`callgate augment --for-run`: examples for what a run missed."""

import json

import pytest

from pipeline.data.call_facts import facts_of_row
from pipeline.data.rows import read_row


def rows_of(path):
    return [read_row(json.loads(line)) for line in path.read_text().splitlines()]


def tools_of(row):
    return {tool for call_turn in facts_of_row(row) for tool in call_turn.tools}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "rows.jsonl"


def test_the_proposal_is_a_table_and_nothing_is_written_without_out(run, callgate, of):
    run(missing=[*of("field_access")[:3], *of("tool_identity")[:4]])
    code, printed = callgate("augment", "--for-run", "latest")
    lines = printed.splitlines()
    assert code == 0
    assert lines[2].startswith("tool_identity    1/5   20 %       100  4 missed, 25 rows for each")
    assert any(line.startswith("field_access    7/10   70 %        75  3 mis") for line in lines)
    assert lines[-1] == "nothing is written yet: -o FILE writes these examples"


def test_the_examples_call_the_tools_that_were_missed(run, callgate, of, out):
    run(missing=of("single_tool")[:3])
    code, printed = callgate("augment", "--for-run", "1", "-o", out)
    assert code == 0, printed
    called = [tools_of(row) for row in rows_of(out)]
    for tool in ("git_status", "git_log", "goto_definition"):
        assert sum(tools == {tool} for tools in called) == 25
    assert "75 rows\n" in printed
    assert printed.endswith(f"written: {out}\n")


def test_a_results_file_alone_is_enough(run, callgate, of, out):
    folder = run(missing=of("summary")[:3])
    assert callgate("augment", "--for-run", folder / "results.json", "-o", out)[0] == 0
    rows = rows_of(out)
    assert len(rows) == 75
    assert all(row.turns[-1].role == "assistant" and not row.turns[-1].has_call for row in rows)


def test_the_same_seed_gives_the_same_bytes(run, callgate, of, out, tmp_path):
    run(missing=of("edge_cases")[:2])
    for path in (out, tmp_path / "again.jsonl"):
        callgate("augment", "--for-run", "1", "-o", path)
    assert out.read_bytes() == (tmp_path / "again.jsonl").read_bytes()


def test_nothing_is_proposed_where_no_category_is_weak(run, callgate, of, out):
    run(missing=of("cross_tool")[:2])
    code, printed = callgate("augment", "--for-run", "1", "-o", out)
    assert (code, printed) == (0, "nothing to add: no category is below 80 % strict\n")
    assert not out.exists()


def test_what_a_run_decides_cannot_be_chosen_as_well(run, callgate):
    run()
    code, printed = callgate("augment", "--for-run", "1", "--count", "9")
    assert (code, printed) == (
        2,
        "callgate: error: --for-run chooses categories and counts: leave out --category, --count "
        "and --data-set\n",
    )


def test_a_run_of_another_suite_is_refused(run, callgate, ids):
    folder = run(missing=ids)
    results = json.loads((folder / "results.json").read_text())
    (folder / "results.json").write_text(json.dumps(results | {"suite_sha256": "0" * 64}))
    code, printed = callgate("augment", "--for-run", "1")
    assert code == 2
    assert "the run asked another suite (000000000000) than" in printed


def test_no_such_run_names_the_latest(run, callgate):
    run("one")
    code, printed = callgate("augment", "--for-run", "7")
    assert code == 2
    assert "7: no such run; the latest in" in printed
    assert "are: 0001_one" in printed


def test_a_file_that_exists_is_left_alone(run, callgate, ids, out):
    run(missing=ids)
    out.write_text("mine\n")
    code, printed = callgate("augment", "--for-run", "1", "-o", out)
    assert (code, out.read_text()) == (2, "mine\n")
    assert printed == f"callgate: error: {out}: exists already; --force writes over a file\n"
