"""The data sets that callgate makes for itself: what the audit finds, and the same bytes again."""

from collections import Counter
from pathlib import Path

import orjson
import pytest

from fixtures import CallgateError
from pipeline.cli import main
from pipeline.data.audit import audit
from pipeline.data.augment.augmented import augmented, read_mixture
from pipeline.data.augment.data_sets import (
    BALANCED_ROWS,
    FURTHER_ROWS,
    FURTHER_WEIGHTS,
    WIDE_ROWS,
    WIDE_WEIGHTS,
    DataSetManifest,
    write_data_set,
)
from pipeline.data.augment.generate import WEIGHTS, share_out
from pipeline.data.augment.kinds import all_kinds
from pipeline.data.augment.kinds.further import further_kinds, wider_kinds
from pipeline.data.clean import clean

DATA = Path(__file__).parents[4] / "data"
ROWS = ("train.jsonl", "valid.jsonl")


@pytest.fixture(scope="module")
def reports():
    folder = DATA / "augmented"
    return {
        "both": audit([folder]),
        "train": audit([folder / "train.jsonl"]),
        "valid": audit([folder / "valid.jsonl"]),
    }


def manifest_of(name):
    return DataSetManifest.model_validate_json((DATA / name / "manifest.json").read_bytes())


@pytest.mark.parametrize(("split", "rows"), [("train", 1053), ("valid", 111)])
def test_rows(reports, split, rows):
    assert reports[split].rows == rows


@pytest.mark.parametrize(
    ("finding", "split", "rows"),
    [
        ("preamble", "train", 360),
        ("preamble", "valid", 39),
        ("duplicate", "train", 111),
        ("duplicate", "valid", 4),
        ("duplicate", "both", 115),
        ("leakage", "both", 13),
        ("announcement", "both", 85),
        ("role", "both", 60),
        ("double_wrap", "both", 50),
        ("contamination", "both", 3),
    ],
)
def test_the_audit_finds_as_many_defects_as_the_failed_model_was_taught(
    reports, finding, split, rows
):
    assert reports[split].finding(finding).count == rows


def test_no_other_error_is_in_the_data(reports):
    known = {"preamble", "announcement", "role", "double_wrap", "contamination", "leakage"}
    assert {found.id for found in reports["both"].findings if found.severity == "error"} == known


def test_preambles_by_tool(reports):
    lines = reports["train"].finding("preamble").table
    found = {line.name: (line.count, line.total) for line in lines if line.count}
    assert found == {
        "goto_definition": (93, 134),
        "find_references": (89, 130),
        "run_command": (119, 119),
        "read_file": found["read_file"],
        "write_file": found["write_file"],
    }
    assert (found["read_file"][0], found["write_file"][0]) == (56, 3)


def test_validation_queries_stand_there_word_for_word(reports):
    names = {line.name for line in reports["both"].finding("contamination").table}
    assert names == {
        "dirty_files, word for word",
        "frozen_dataclass, word for word",
        "mypy_billing, word for word",
    }


@pytest.mark.parametrize("finding", ["envelope", "system_prompt"])
def test_two_envelopes_and_two_prompts(reports, finding):
    assert len(reports["both"].finding(finding).table) == 2


def test_two_tools_at_once_and_second_calls_are_as_rare(reports):
    kinds = {kind.id: kind.rows for kind in reports["both"].kinds}
    assert (kinds["several_tools"], kinds["calls_in_a_row"]) == (40, 1)


def test_the_manifest_counts_the_defects_as_they_were_put_in():
    defects = Counter()
    for file in manifest_of("augmented").files:
        defects.update(file.defects)
    assert defects["preamble"] == 399
    assert defects["announcement"] == 85
    assert defects["double_wrap"] + defects["tool_role"] == 60
    assert (defects["duplicate"], defects["leakage"], defects["contamination"]) == (115, 13, 3)


@pytest.mark.parametrize("name", ["augmented", "balanced", "further", "wide"])
def test_making_a_data_set_again_gives_the_same_bytes(name, tmp_path):
    (tmp_path / name).mkdir()
    write_data_set(name, tmp_path / name, force=True)
    for file in (*ROWS, "manifest.json"):
        assert (tmp_path / name / file).read_bytes() == (DATA / name / file).read_bytes(), file


def test_cleaning_again_gives_the_same_rows(tmp_path):
    manifest = clean(DATA / "augmented", tmp_path / "cleaned").manifest
    for file in ROWS:
        assert (tmp_path / "cleaned" / file).read_bytes() == (DATA / "cleaned" / file).read_bytes()
    checked_in = orjson.loads((DATA / "cleaned" / "manifest.json").read_bytes())
    assert manifest.model_dump(mode="json") == checked_in | {"callgate": manifest.callgate}


def test_the_cleaned_rows_have_none_of_the_defects():
    assert {found.fixer for found in audit([DATA / "cleaned"]).findings} == {None}


@pytest.mark.parametrize(
    ("name", "rows", "weights"),
    [
        ("balanced", BALANCED_ROWS, WEIGHTS),
        ("further", FURTHER_ROWS, FURTHER_WEIGHTS),
        ("wide", WIDE_ROWS, WIDE_WEIGHTS),
    ],
)
def test_the_rows_to_learn_are_spread_by_weight_and_have_no_fault(name, rows, weights):
    for file in manifest_of(name).files:
        assert file.categories == share_out(rows[file.name.removesuffix(".jsonl")], weights)
    report = audit([DATA / name])
    assert [found.id for found in report.findings if found.severity == "error"] == []
    assert report.finding("duplicate") is None
    assert report.finding("leakage") is None


def test_the_second_lesson_repeats_no_row_of_the_first():
    first, second = (
        {line for split in ROWS for line in (DATA / name / split).read_bytes().splitlines()}
        for name in ("balanced", "further")
    )
    assert not first & second


def test_the_second_lesson_has_every_kind_of_its_own():
    there = set().union(*(file.kinds for file in manifest_of("further").files))
    assert {kind.name for kind in further_kinds()} <= there
    assert not {kind.name for kind in further_kinds()} & {kind.name for kind in all_kinds()}


def test_the_wide_set_has_every_kind_that_is_written_by_hand():
    there = set().union(*(file.kinds for file in manifest_of("wide").files))
    assert {kind.name for kind in (*further_kinds(), *wider_kinds())} <= there


def test_another_seed_gives_other_rows_and_as_many_defects():
    for split, rows in augmented(1).items():
        (file,) = (f for f in manifest_of("augmented").files if f.name == f"{split}.jsonl")
        assert Counter(defect for made in rows for defect in made.defects) == file.defects
        first = (DATA / "augmented" / file.name).read_bytes().split(b"\n", 1)[0]
        assert rows[0].row != orjson.loads(first)


def test_a_whole_set_has_no_counts_to_choose(tmp_path, capsys):
    words = ["--data-set", "balanced", "--count", "5", "-o", str(tmp_path / "rows")]
    assert main(["augment", *words]) == 2
    assert capsys.readouterr().err == (
        "callgate: error: --data-set makes a whole set: leave out --category, --count and "
        "--varied\n"
    )
    assert not (tmp_path / "rows").exists()


def test_an_unknown_data_set_is_named_with_the_known(tmp_path):
    with pytest.raises(CallgateError) as refused:
        write_data_set("bigger", tmp_path / "bigger")
    assert str(refused.value) == (
        "there is no data set 'bigger': known are augmented, balanced, further, wide"
    )


def test_a_folder_is_written_over_only_by_force(tmp_path):
    folder = tmp_path / "balanced"
    folder.mkdir()
    (folder / "mine").touch()
    with pytest.raises(CallgateError) as refused:
        write_data_set("balanced", folder)
    assert str(refused.value) == f"{folder}: exists already; --force writes over a folder"
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_a_file_is_never_written_over(tmp_path):
    (tmp_path / "balanced").touch()
    with pytest.raises(CallgateError, match="balanced: exists already"):
        write_data_set("balanced", tmp_path / "balanced", force=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "key 'lot': the file must hold [[lot]] tables"),
        ("[[lot]]\nrows = [1, 0]", "lot 1: key 'categories': Field required"),
        (
            "[[lot]]\ncategories = []\nsplits = 2",
            "lot 1: key 'splits': Extra inputs are not permitted",
        ),
    ],
)
def test_a_mixture_that_does_not_read_is_refused_by_place(tmp_path, text, message):
    path = tmp_path / "mixture.toml"
    path.write_text(text)
    with pytest.raises(CallgateError) as refused:
        read_mixture(path)
    assert str(refused.value) == f"{path}: {message}"
