import orjson
import pytest

from pipeline.data.calls import render_call
from pipeline.data.rows import Place, read_row
from pipeline.data.tally import Tally

SYSTEM = {"role": "system", "content": "You help."}


@pytest.fixture
def row():
    """Read a row of turns, user and assistant by turns, or of whole messages."""

    def _row(*turns, **more):
        roles = ("user", "assistant")
        messages = [
            turn if isinstance(turn, dict) else {"role": roles[index % 2], "content": turn}
            for index, turn in enumerate(turns)
        ]
        data = {"messages": messages, **more}
        read = read_row(orjson.loads(orjson.dumps(data)))
        read.place = Place(0, 1)
        read.line_bytes = orjson.dumps(data)
        return read

    return _row


@pytest.fixture
def observed():
    """Let a finding observe one row and return the tally."""

    def _observed(finding, read):
        tally = Tally()
        finding.observe(read, tally)
        return tally

    return _observed


@pytest.fixture
def call():
    return render_call('result = git_status(".")\nprint(result.clean)')
