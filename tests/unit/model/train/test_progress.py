import pytest

from pipeline.model.train.progress import Reached, TrainingProgress, duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5340, "89 min"), (11_100, "3 h 05 min")],
)
def test_durations_are_said_as_a_person_says_them(seconds, said):
    assert duration(seconds) == said


def begin(*, shown=True):
    return TrainingProgress(Reached(0, 0, 0.0), 30, 3000, shown=shown)


def test_a_log_gets_the_first_line_and_the_last(capsys):
    with begin() as progress:
        progress.report(Reached(5, 600, 6.0), 1.5)
        progress.report(Reached(8, 900, 8.0), 1.5)
        progress.report(Reached(30, 3000, 22.0), 1.25)
    lines = [line for line in capsys.readouterr().err.splitlines() if "training:" in line]
    assert lines == [
        "training: iteration 5/30, loss 1.500, 100 tokens/s, 24 s left",
        "training: iteration 30/30, loss 1.250, 150 tokens/s, 0 s left",
    ]


def test_the_time_is_estimated_once_after_ten_iterations_by_the_tokens_that_are_left(capsys):
    with begin() as progress:
        for iteration in (5, 10, 15):
            progress.report(Reached(iteration, 200 * iteration // 10, iteration * 2.0), 1.5)
    lines = [line for line in capsys.readouterr().err.splitlines() if "estimated" in line]
    assert lines == ["estimated after 10 iterations: 5 min for all 30, validation apart"]


def test_an_estimate_that_what_compiles_made_too_long_is_taken_back(capsys):
    with begin() as progress:
        for reached in (Reached(10, 1000, 60.0), Reached(20, 2000, 65.0), Reached(30, 3000, 70.0)):
            progress.report(reached, 1.5)
    lines = [line for line in capsys.readouterr().err.splitlines() if "estimated" in line]
    assert lines == [
        "estimated after 10 iterations: 3 min for all 30, validation apart",
        "estimated after 20 iterations: 70 s for all 30, validation apart",
    ]


def test_a_training_that_goes_on_counts_its_own_speed(capsys):
    begun = Reached(100, 10_000, 500.0)
    with TrainingProgress(begun, 120, 12_000, shown=True) as progress:
        progress.report(Reached(110, 11_000, 510.0), 1.5)
    assert capsys.readouterr().err.splitlines() == [
        "estimated after 10 iterations: 9 min for all 120, validation apart",
        "training: iteration 110/120, loss 1.500, 100 tokens/s, 10 s left",
    ]


def test_other_workers_say_nothing(capsys):
    with begin(shown=False) as progress:
        progress.say("hidden")
        progress.report(Reached(30, 3000, 1.0), 1.5)
    assert capsys.readouterr() == ("", "")
