"""Which results the tools return when a case's code is run."""

from collections.abc import Mapping

from fixtures import Case, Result, Suite

Results = Mapping[str, Result | str]


def canned_results(suite: Suite, case: Case) -> tuple[Results, Results]:
    """Return a result for each tool, twice: one that holds much and one that holds little.

    The response of a case of two turns stands in the first. Code reads some fields only when there
    is something to tell, and others only when there is nothing.
    """
    filled: dict[str, Result | str] = {}
    sparse: dict[str, Result | str] = {}
    for response in suite.canned.values():
        size = len(response.text)
        if response.tool not in filled or size > len(repr(filled[response.tool])):
            filled[response.tool] = response.result
        if response.tool not in sparse or size < len(repr(sparse[response.tool])):
            sparse[response.tool] = response.result
    if case.second_turn is not None:
        response = suite.canned[case.second_turn.response]
        filled[response.tool] = response.result
    return filled, sparse
