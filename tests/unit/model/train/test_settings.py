import pytest

from fixtures import CallgateError
from pipeline.model.train.command import asked, parse_arguments
from pipeline.model.train.settings import TrainingSettings, settings_from


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"iterations": 0}, "iterations is 0: it must be at least 1"),
        ({"batch_size": 0}, "batch_size is 0: it must be at least 1"),
        ({"learning_rate": 0}, "learning_rate is 0.0: it must be above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan: it must be above 0"),
        (
            {"schedule": "up"},
            "schedule is 'up': it must be one of cosine, constant, linear",
        ),
        (
            {"optimizer": "lion"},
            "optimizer is 'lion': it must be one of adam, adamw, muon, sgd, adafactor",
        ),
        ({"dropout": 1.0}, "dropout and final_rate are shares: 0 to 1, dropout below 1"),
        ({"layers": 0}, "layers is 0: it must be -1 (all) or at least 1"),
        (
            {"save_every": 15},
            "save_every is 15: it must be a multiple of report_every (10)",
        ),
        (
            {"evaluate_every": 25},
            "evaluate_every is 25: it must be a multiple of report_every (10)",
        ),
        (
            {"iterations": 10, "accumulate": 4, "save_every": 20},
            "iterations is 10: it must be a multiple of accumulate (4)",
        ),
        ({"optimizer_options": "[1]"}, "optimizer_options is '[1]': it must be a JSON object"),
        ({"optimizer_options": "{"}, "optimizer_options is '{': it must be a JSON object"),
        ({"rank": "8"}, "rank is '8': it must be of type int"),
        ({"rank": True}, "rank is True: it must be of type int"),
        ({"checkpointing": 1}, "checkpointing is 1: it must be of type bool"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(values, message):
    with pytest.raises(CallgateError) as caught:
        settings_from(values)
    assert str(caught.value) == message


def test_an_unknown_setting_is_refused_with_the_known_ones():
    with pytest.raises(CallgateError) as caught:
        settings_from({"epochs": 3})
    assert str(caught.value).startswith(
        "epochs is no training setting: known are iterations, batch_size, learning_rate, "
    )


def test_a_whole_number_is_taken_for_a_share():
    assert settings_from({"clip": 0, "scale": 10}) == TrainingSettings(clip=0.0, scale=10.0)


def test_the_command_line_takes_settings_as_they_were(tmp_path):
    settings = TrainingSettings(iterations=7, layers=4, checkpointing=True, keys="q_proj,v_proj")
    words = ["data", "-o", str(tmp_path / "adapter"), *settings.as_flags()]
    assert asked(parse_arguments(words))[1] == settings
