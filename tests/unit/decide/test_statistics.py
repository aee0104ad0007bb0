import pytest

from evals.decide import percent, wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials", "interval"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (81, 263, (25.5, 36.6)),
        (15, 148, (6.2, 16.0)),
        (0, 20, (0.0, 16.1)),
        (1, 29, (0.6, 17.2)),
    ],
)
def test_wilson_agrees_with_the_published_examples(successes, trials, interval):
    assert wilson_interval(successes, trials) == interval


def test_wilson_of_everything_ends_at_100():
    assert wilson_interval(57, 57).high == 100.0


def test_wilson_of_nothing_starts_at_0():
    assert wilson_interval(0, 57).low == 0.0


def test_wilson_without_trials_is_refused():
    with pytest.raises(ValueError, match="0 successes of 0 trials is no rate"):
        wilson_interval(0, 0)


def test_percent_has_one_decimal():
    assert percent(46, 57) == 80.7
