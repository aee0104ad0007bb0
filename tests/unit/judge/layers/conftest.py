import pytest

from evals.judge import Expectation, Turn
from pipeline.data.calls import render_call


@pytest.fixture
def wants_call():
    return Expectation(wants="call", tools=("git_status",))


@pytest.fixture
def wants_answer():
    return Expectation(wants="answer", keywords=("scope",), keywords_needed=1)


@pytest.fixture
def call():
    """Return a turn that is one call, or several, of the given codes."""

    def turn(*codes):
        return Turn("\n".join(map(render_call, codes)))

    return turn
