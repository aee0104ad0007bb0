from pipeline.model.train.manifest import Identity, TrainedOn
from pipeline.model.train.settings import TrainingSettings

FILE = TrainedOn(name="train.jsonl", sha256="a" * 64, rows=3)


def identity(*, workers=1, rows=3, base="f" * 64, **settings):
    return Identity(
        base_fingerprint=base,
        data=(FILE.model_copy(update={"rows": rows}),),
        settings=TrainingSettings(**settings).as_dict(),
        workers=workers,
    )


def test_equal_identities_do_not_differ():
    assert identity().differences(identity()) == []


def test_every_difference_is_named():
    other = identity(workers=2, rows=4, base="e" * 64, rank=16)
    assert identity().differences(other) == [
        "rank 16 instead of 8",
        "another base model",
        "other data",
        "2 workers instead of 1",
    ]


def test_a_setting_that_an_older_version_did_not_have_counts_as_its_default():
    old = identity().model_dump()
    del old["settings"]["clip"]
    assert identity().differences(Identity.model_validate(old)) == []
    assert identity(clip=0.5).differences(Identity.model_validate(old)) == [
        "clip 1.0 instead of 0.5"
    ]
