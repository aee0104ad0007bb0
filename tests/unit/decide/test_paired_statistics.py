import pytest

from evals.decide.statistics import PairedTable, mcnemar_exact, mcnemar_worse, paired_interval


@pytest.mark.parametrize(
    ("fixed", "broken", "p"),
    [
        # M. W. Fagerland, S. Lydersen, P. Laake, BMC Medical Research Methodology 13 (2013) 91:
        # airway hyper-responsiveness, and complete response before and after a treatment.
        (1, 7, 0.0703),
        (6, 16, 0.0525),
    ],
)
def test_mcnemar_agrees_with_the_published_examples(fixed, broken, p):
    assert round(mcnemar_exact(fixed, broken), 4) == p


@pytest.mark.parametrize(
    ("table", "interval"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10, 36 12 2 0.
        (PairedTable(36, 12, 2, 0), (5.69, 34.04)),
        # M. W. Fagerland, S. Lydersen, P. Laake, Statistics in Medicine 33 (2014) 2850-2875:
        # airway hyper-responsiveness, square-and-add.
        (PairedTable(1, 1, 7, 12), (-50.7, -2.6)),
    ],
)
def test_the_paired_interval_agrees_with_the_published_examples(table, interval):
    assert paired_interval(table) == pytest.approx(interval, abs=0.05)


def test_nothing_changed_is_p_1():
    assert mcnemar_exact(0, 0) == 1.0


def test_five_broken_of_five_are_worse_by_the_one_sided_test():
    assert mcnemar_worse(0, 5) == 1 / 32


def test_equal_runs_have_an_interval_around_zero():
    low, high = paired_interval(PairedTable(46, 0, 0, 11))
    assert low == pytest.approx(-high)
    assert low < 0


def test_no_cases_have_no_interval():
    with pytest.raises(ValueError, match="0 successes of 0 trials"):
        paired_interval(PairedTable(0, 0, 0, 0))
