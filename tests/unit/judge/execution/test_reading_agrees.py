"""Two opinions on the same code: what running reads, reading must have seen."""

import pytest

from fixtures import load_reference_answers, load_suite
from pipeline.data.calls import find_calls
from pipeline.data.code import read_code

CODES = [
    call.code
    for answer in load_reference_answers(load_suite())
    for text in answer.turns
    for call in find_calls(text)
]


@pytest.mark.parametrize("code", CODES, ids=range(len(CODES)))
def test_reading_names_the_tools_that_running_calls_and_every_field_it_reads(code, run):
    reading, execution = read_code(code), run(code)
    assert set(execution.tools) == set(reading.tools)
    assert execution.reads <= reading.reads
