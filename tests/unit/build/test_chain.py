"""Making stages one after the other: what a stop leaves, and what the next run makes."""

from itertools import count

import pytest

from fixtures import CallgateError
from pipeline.build.chain import Chain
from pipeline.build.record import read_record
from pipeline.build.stage import Outcome, Stage
from pipeline.files import sha256_of_file


def stage(folder, name, after=(), stop=None):
    """A stage that writes the names of all stages before it, or is stopped in the middle."""
    output = folder / name

    def make():
        output.write_text("begun")
        if stop is not None:
            raise stop
        output.write_text(" ".join((*after, name)))
        return Outcome(sha256_of_file(output), f"{name} is made")

    def whole(path, fingerprint):
        return path.is_file() and sha256_of_file(path) == fingerprint

    return Stage(name, {}, after, output, make, whole)


def stages(folder, **stops):
    return [
        stage(folder, "one"),
        stage(folder, "two", ("one",), stops.get("two")),
        stage(folder, "three", ("two",)),
    ]


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), CallgateError("no"), MemoryError()])
def test_what_is_made_before_a_stop_is_kept_and_the_rest_is_made_later(tmp_path, capsys, stop):
    folder = tmp_path / "build"
    with pytest.raises(type(stop)):
        Chain(folder, stages(folder, two=stop), count().__next__).run()
    record = read_record(folder)
    assert list(record.stages) == ["one"]
    assert (folder / "two").read_text() == "begun"
    capsys.readouterr()

    chain = Chain(folder, stages(folder), count().__next__)
    assert [step.reason for step in chain.steps()] == [None, "not made yet", "not made yet"]
    chain.run()
    assert capsys.readouterr().out == (
        "[1/3] one: unchanged: one is made\n"
        "[2/3] two: not made yet\n"
        "[2/3] two: two is made (1 s)\n"
        "[3/3] three: not made yet\n"
        "[3/3] three: three is made (1 s)\n"
    )
    assert (folder / "three").read_text() == "two three"


def test_ctrl_c_is_told_how_to_go_on(tmp_path, capsys):
    folder = tmp_path / "build"
    with pytest.raises(KeyboardInterrupt):
        Chain(folder, stages(folder, two=KeyboardInterrupt()), count().__next__).run()
    assert capsys.readouterr().err == (
        "callgate: stopped in two after 1 s; everything before it is kept, and the same command "
        "goes on from there\n"
    )


def test_the_table_tells_what_was_made_now(tmp_path):
    folder = tmp_path / "build"
    Chain(folder, stages(folder)[:2], count().__next__).run()
    chain = Chain(folder, stages(folder), count().__next__)
    chain.run()
    assert [" ".join(line.split()) for line in chain.table()] == [
        "stage seconds outcome",
        "one 1.0 unchanged one is made",
        "two 1.0 unchanged two is made",
        "three 1.0 now three is made",
        "now 1.0",
    ]


def test_one_build_at_a_time_works_in_a_folder(tmp_path):
    folder = tmp_path / "build"
    inner = Chain(folder, stages(folder))

    def make():
        inner.run()
        return Outcome("", "")

    outer = Stage("outer", {}, (), folder / "outer", make, lambda _path, _hash: True)
    with pytest.raises(CallgateError) as problem:
        Chain(folder, [outer]).run()
    assert str(problem.value) == f"{folder}: another build is at work there: wait for it"


def test_a_record_of_another_version_is_refused(tmp_path):
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "build.json").write_text('{"schema_version": 2, "stages": {}}')
    with pytest.raises(CallgateError) as problem:
        Chain(folder, stages(folder))
    assert str(problem.value) == (
        f"{folder}/build.json: schema_version: Input should be 1: delete {folder} to build from "
        "the beginning"
    )
