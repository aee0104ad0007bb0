"""Which stages have to be made, told from what is recorded and what is there."""

from pathlib import Path

import pytest

from pipeline.build.record import BuildRecord, Made
from pipeline.build.stage import Outcome, Stage, disposable, inputs_of, plan


def stage(name, after=(), inputs=None, *, disposable=False, whole=True):
    return Stage(
        name=name,
        inputs=inputs or {},
        after=after,
        output=Path(name),
        make=lambda: Outcome("", ""),
        whole=lambda _path, _fingerprint: whole,
        disposable=disposable,
    )


def chain(**changes):
    """Data is trained on, fused, made small and asked."""
    stages = {
        "train": stage("train", inputs={"data": "d1", "rate": "0.1"}),
        "fuse": stage("fuse", ("train",), disposable=True),
        "quantize": stage("quantize", ("fuse",), {"bits": "5"}, disposable=True),
        "evaluate": stage("evaluate", ("quantize",), {"suite": "s1"}),
    }
    return list({**stages, **changes}.values())


def made(one, record, *, deleted=False, fingerprint=None):
    return Made(
        inputs=inputs_of(one, record),
        output=one.name,
        fingerprint=fingerprint or f"hash of {one.name}",
        said="",
        seconds=1.0,
        deleted=deleted,
    )


@pytest.fixture
def record():
    """Everything was made, and the big folders deleted."""
    found = BuildRecord()
    for one in chain():
        found = found.with_stage(one.name, made(one, found, deleted=one.disposable))
    return found


def reasons(stages, record):
    return [step.reason for step in plan(stages, record)]


def test_everything_is_to_be_made_where_nothing_is_recorded():
    assert reasons(chain(), BuildRecord()) == [
        "not made yet",
        "not made yet",
        "not made yet",
        "not made yet",
    ]


def test_an_unchanged_chain_has_nothing_to_make_though_its_big_folders_are_deleted(record):
    assert reasons(chain(), record) == [None, None, None, None]


def test_a_changed_setting_is_named(record):
    changed = chain(train=stage("train", inputs={"data": "d1", "rate": "0.2"}))
    assert reasons(changed, record) == [
        "rate changed",
        "train changed",
        "fuse changed",
        "quantize changed",
    ]


def test_several_changed_inputs_are_counted(record):
    changed = chain(train=stage("train", inputs={"data": "d2", "rate": "0.2", "new": "1"}))
    assert reasons(changed, record)[0] == "data and 2 more changed"


def test_a_deleted_output_is_made_again_only_for_who_reads_it(record):
    changed = chain(evaluate=stage("evaluate", ("quantize",), {"suite": "s2"}))
    assert reasons(changed, record) == [
        None,
        "it was deleted, and quantize reads it",
        "it was deleted, and evaluate reads it",
        "suite changed",
    ]


def test_a_deleted_output_made_again_as_it_was_changes_nothing_after_it(record):
    fuse = chain()[1]
    again = record.with_stage("fuse", made(fuse, record))
    assert reasons(chain(), again) == [None, None, None, None]


def test_an_output_made_again_otherwise_changes_what_reads_it(record):
    again = record.with_stage("fuse", made(chain()[1], record, fingerprint="another"))
    assert reasons(chain(), again)[2:] == ["fuse changed", "quantize changed"]


def test_an_output_that_is_not_whole_is_made_again(record):
    lost = chain(train=stage("train", inputs={"data": "d1", "rate": "0.1"}, whole=False))
    assert reasons(lost, record)[0] == "its output is gone"


def test_a_big_folder_stays_while_something_is_going_to_read_it(record):
    there = record
    for one in chain()[1:3]:
        there = there.with_stage(one.name, made(one, there))
    assert [one.name for one, _ in disposable(chain(), there)] == ["fuse", "quantize"]
    unasked = there.with_stage("evaluate", None)
    assert [one.name for one, _ in disposable(chain(), unasked)] == ["fuse"]
    kept = chain(fuse=stage("fuse", ("train",)))
    assert [one.name for one, _ in disposable(kept, there)] == ["quantize"]
