from collections import Counter

import pytest

from evals.bench import first_difference, main, spread


def test_sample_keeps_the_shares_of_the_categories(suite):
    sample = Counter(case.category for case in spread(suite.cases, 12))
    assert sample == {
        "cross_tool": 2,
        "direct_answers": 1,
        "edge_cases": 1,
        "field_access": 2,
        "multi_turn": 3,
        "single_tool": 2,
        "tool_identity": 1,
    }


def test_sample_is_no_larger_than_the_suite(suite):
    assert spread(suite.cases, 100) == suite.cases


@pytest.mark.parametrize(
    ("left", "right", "place"),
    [
        ([1, 2, 3], (1, 2, 3), None),
        ([1, 2, 3], [1, 9, 3], 1),
        ([1, 2], [1, 2, 3], 2),
        ([], [1], 0),
        ([], [], None),
    ],
)
def test_first_difference_is_where_two_answers_part(left, right, place):
    assert first_difference(left, right) == place


def test_sample_of_no_cases_is_refused(capsys):
    with pytest.raises(SystemExit) as raised:
        main(["--cases", "0"])
    assert raised.value.code == 2
    assert "--cases and --max-tokens are at least 1" in capsys.readouterr().err
