"""The cases that one answer decides."""

from collections.abc import Callable

import pytest

from fixtures import Case


@pytest.mark.cases(turns=1)
def test_single_turn(case: Case, check: Callable[[Case], None]) -> None:
    """The answer passes every layer that applies to it."""
    check(case)
