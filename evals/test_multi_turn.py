"""The cases of two turns: a call, its canned result, and what the model makes of it."""

from collections.abc import Callable

import pytest

from fixtures import Case


@pytest.mark.cases(turns=2)
def test_multi_turn(case: Case, check: Callable[[Case], None]) -> None:
    """Both turns pass every layer that applies to them."""
    check(case)
