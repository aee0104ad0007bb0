import pytest

from evals.judge.execution import Sandbox, canned_results
from fixtures import load_suite


@pytest.fixture(scope="session")
def suite():
    return load_suite()


@pytest.fixture(scope="session")
def sandbox():
    with Sandbox() as box:
        yield box


@pytest.fixture(scope="session")
def run(suite, sandbox):
    """Run one code or several with the results that hold much."""
    filled, _ = canned_results(suite, suite.case("chain_status_then_diff"))
    return lambda *codes: sandbox.execute(codes, suite.tools, filled)
