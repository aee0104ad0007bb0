import pytest

from fixtures import CallgateError
from pipeline.model.train.losses import (
    NAME,
    Report,
    check_finite,
    read_losses,
    warning_about,
    write_losses,
)


def report(iteration, train_loss, valid_loss=None):
    return Report(iteration, train_loss, valid_loss, 1e-4, 10, 20, 1.5, 1000)


def test_losses_are_read_as_they_were_written(tmp_path):
    reports = [report(10, 2.25), report(10, None, 3.5)._replace(learning_rate=None)]
    write_losses(tmp_path, reports)
    assert read_losses(tmp_path) == reports


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("iteration,train_loss\n10,2.5\n", "'valid_loss'"),
        (None, None),
    ],
)
def test_losses_that_cannot_be_read_say_what_to_do(tmp_path, content, problem):
    file = tmp_path / NAME
    if content is not None:
        file.write_text(content)
    with pytest.raises(CallgateError) as caught:
        read_losses(tmp_path)
    problem = problem or f"[Errno 2] No such file or directory: '{file}'"
    assert str(caught.value) == (
        f"{file} cannot be read ({problem}): delete {tmp_path} to train from the beginning"
    )


def test_a_loss_that_goes_up_is_warned_about():
    rising = [report(10 * number, loss) for number, loss in enumerate([3, 2, 2.5, 4, 4.6, 5], 1)]
    assert warning_about(rising) == (
        "the loss diverges: 4.533 at iteration 60 after 2.500 in the beginning; stop with Ctrl-C "
        "and train with a lower --learning-rate or --rank"
    )


@pytest.mark.parametrize("losses", [[3, 2, 2.5, 3, 2, 2.5], [3, 9, 9], [1, 1, 1, 2, 1, 1]])
def test_noise_and_a_short_course_are_not_warned_about(losses):
    assert warning_about([report(number, loss) for number, loss in enumerate(losses)]) is None


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_training(loss):
    with pytest.raises(CallgateError) as caught:
        check_finite(loss, 20)
    assert str(caught.value) == (
        f"the loss is {loss} at iteration 20: no checkpoint was written since; train again with "
        "--restart and a lower --learning-rate"
    )
