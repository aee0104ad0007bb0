import orjson
import pytest

from pipeline.data.audit import audit
from pipeline.data.calls import find_calls
from pipeline.data.clean import CleanSettings, clean


@pytest.fixture(scope="module")
def reports(real_data):
    return {
        "both": audit([real_data]),
        "train": audit([real_data / "train.jsonl"]),
        "valid": audit([real_data / "valid.jsonl"]),
    }


@pytest.mark.parametrize(("split", "rows"), [("train", 360), ("valid", 39), ("both", 399)])
def test_preambles(reports, split, rows):
    assert reports[split].finding("preamble").count == rows


def test_preamble_rates_of_two_tools(reports):
    lines = {line.name: line for line in reports["train"].finding("preamble").table}
    assert (lines["goto_definition"].count, lines["goto_definition"].total) == (93, 134)
    assert (lines["find_references"].count, lines["find_references"].total) == (89, 130)
    assert lines["git_status"].count == lines["typecheck"].count == 0


@pytest.mark.parametrize(("split", "rows"), [("train", 111), ("valid", 4)])
def test_exact_duplicates(reports, split, rows):
    assert reports[split].finding("duplicate").count == rows


def test_leakage(reports):
    assert reports["both"].finding("leakage").count == 13


def test_roles(reports):
    assert reports["both"].finding("role").count == 60


def test_two_envelopes(reports):
    assert [line.count for line in reports["train"].finding("envelope").table] == [518, 315]


def test_two_system_prompts(reports):
    assert [line.count for line in reports["train"].finding("system_prompt").table] == [718, 335]


@pytest.mark.parametrize(("split", "least"), [("train", 74), ("valid", 11)])
def test_announcements(reports, split, least):
    assert reports[split].finding("announcement").count >= least


def test_two_tools_at_once_are_said_to_be_too_rare(reports):
    sentence = reports["both"].finding("coverage").sentence
    assert "40 of 1164 rows call several tools at once: expect cross_tool to fail" in sentence


def test_only_preambles_keeps_every_row_and_every_call(real_data, tmp_path):
    settings = CleanSettings(frozenset({"preambles"}))
    manifest = clean(real_data, tmp_path / "out", settings).manifest
    assert [(file.rows_in, file.rows_out, file.changed) for file in manifest.files] == [
        (1053, 1053, 360),
        (111, 111, 39),
    ]
    assert audit([tmp_path / "out"]).finding("preamble") is None
    for name in ("train.jsonl", "valid.jsonl"):
        pairs = zip(
            (real_data / name).read_bytes().split(b"\n"),
            (tmp_path / "out" / name).read_bytes().split(b"\n"),
            strict=True,
        )
        for before, after in pairs:
            if before != after:
                assert _codes(before) == _codes(after)


def _codes(line):
    return [
        call.code
        for message in orjson.loads(line)["messages"]
        for call in find_calls(message["content"])
        if message["role"] == "assistant"
    ]


def test_all_fixers_leave_nothing_that_they_cure(real_data, tmp_path):
    manifest = clean(real_data, tmp_path / "out").manifest
    assert manifest.rows_in == manifest.rows_out + sum(manifest.dropped.values()) == 1164
    fixers = {finding.fixer for finding in audit([tmp_path / "out"]).findings}
    assert fixers == {None}
