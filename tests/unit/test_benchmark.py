import os
import signal

import pytest

from fixtures import CallgateError
from pipeline.benchmark import run_benchmark


def test_a_measurement_that_ends_is_fine(capsys):
    assert run_benchmark(lambda: print("12 tokens/s")) == 0
    assert capsys.readouterr() == ("12 tokens/s\n", "")


def test_bad_input_is_said_in_a_sentence(capsys):
    def measure():
        raise CallgateError("rows.jsonl: has 3 rows of 12")

    assert run_benchmark(measure) == 2
    assert capsys.readouterr().err == "callgate: error: rows.jsonl: has 3 rows of 12\n"


@pytest.fixture
def interruptible():
    """What a shell starts in the background ignores SIGINT; a measurement then does so too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("interruptible")
def test_a_signal_ends_a_measurement(capsys, number):
    before = signal.getsignal(number)
    assert run_benchmark(lambda: os.kill(os.getpid(), number)) == 130
    assert signal.getsignal(number) is before
    assert capsys.readouterr().err == "interrupted\n"
