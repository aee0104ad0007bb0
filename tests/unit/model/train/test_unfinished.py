import pytest

from fixtures import CallgateError
from pipeline.model.train import checkpoint
from pipeline.model.train.manifest import Identity
from pipeline.model.train.settings import TrainingSettings
from pipeline.model.train.unfinished import IDENTITY, unfinished_folder


def identity(**settings):
    return Identity(
        base_fingerprint="f" * 64,
        data=(),
        settings=TrainingSettings(**settings).as_dict(),
        workers=1,
    )


@pytest.fixture
def folder(tmp_path):
    """The folder of a training that was killed as it wrote a checkpoint."""
    folder = tmp_path / "adapter.training"
    with unfinished_folder(folder, identity(), restart=False):
        (folder / checkpoint.NAME).write_bytes(b"old")
        (folder / f".{checkpoint.NAME}.x1y2").write_bytes(b"half")
    return folder


def names(folder):
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".lock")


def test_the_same_training_finds_its_checkpoint_and_no_half_one(folder):
    with unfinished_folder(folder, identity(), restart=False):
        assert names(folder) == [checkpoint.NAME, IDENTITY]


def test_a_checkpoint_of_other_settings_is_refused_and_kept(folder):
    other = identity(rank=16, seed=3)
    with (
        pytest.raises(CallgateError) as caught,
        unfinished_folder(folder, other, restart=False),
    ):
        pass
    assert str(caught.value) == (
        f"{folder}: an unfinished training of other things lies there (rank 8 instead of 16; "
        "seed 0 instead of 3): ask for the same again to go on with it, or --restart to throw it "
        "away"
    )
    assert (folder / checkpoint.NAME).read_bytes() == b"old"


def test_a_restart_throws_the_checkpoint_away(folder):
    with unfinished_folder(folder, identity(rank=16), restart=True):
        assert names(folder) == [IDENTITY]


def test_two_trainings_into_one_folder_are_refused(folder):
    with (
        unfinished_folder(folder, identity(), restart=False),
        pytest.raises(CallgateError) as caught,
        unfinished_folder(folder, identity(), restart=False),
    ):
        pass
    assert str(caught.value) == f"{folder}: another process is training there: wait for it"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{}", "base_fingerprint: Field required"),
        ("{", "the file: Invalid JSON: EOF while parsing an object at line 1 column 1"),
    ],
)
def test_a_damaged_identity_says_what_to_do(folder, content, problem):
    (folder / IDENTITY).write_text(content)
    with (
        pytest.raises(CallgateError) as caught,
        unfinished_folder(folder, identity(), restart=False),
    ):
        pass
    assert str(caught.value) == (
        f"{folder / IDENTITY}: {problem}: delete {folder} to train from the beginning"
    )
