from contextlib import nullcontext

import pytest

from evals.ask.progress import ProgressLine


@pytest.fixture
def progress():
    line = ProgressLine(nullcontext)
    line.start(cases=57, answered=7)
    return line


def test_the_start_says_what_was_answered_before(progress, capsys):
    progress.start(cases=57, answered=7)
    assert capsys.readouterr().err.endswith(
        "asking 57 cases, 7 answered before: loading the model\n"
    )


def test_the_start_says_how_often_each_case_is_asked(progress, capsys):
    progress.start(cases=57, answered=0, repeats=5)
    assert capsys.readouterr().err.endswith("asking 57 cases 5 times each: loading the model\n")
    assert progress.line(progress._started + 2).startswith("asking: 0/285 cases, ")


def test_the_line_tells_cases_speed_and_time_left(progress):
    progress.step(100)
    for _ in range(10):
        progress.case_done()
    progress.step(900)
    line = progress.line(progress._started + 5)
    assert line == "asking: 17/57 cases, 200 tokens/s, 20 s left"


def test_no_time_is_told_before_a_case_is_done(progress):
    progress.step(100)
    line = progress.line(progress._started + 2)
    assert line == "asking: 7/57 cases, 50 tokens/s, time left not known yet"


def test_a_log_gets_no_line_for_every_token(progress, capsys):
    capsys.readouterr()
    for _ in range(100):
        progress.step(1)
    assert capsys.readouterr().err == ""


def test_the_last_line_is_always_written(progress, capsys):
    progress.step(1)
    capsys.readouterr()
    progress.stop()
    assert capsys.readouterr().err.startswith("asking: 7/57 cases, ")
