import pytest

from pipeline.data.code import read_code


@pytest.fixture
def reads():
    """Return the fields that a code reads, none of them unknown, in order of name."""

    def fields(code):
        reading = read_code(code)
        assert reading.unknown_reads == ()
        return sorted(reading.reads)

    return fields


@pytest.fixture
def tools():
    return lambda code: read_code(code).tools


@pytest.fixture
def unknown():
    return lambda code: read_code(code).unknown_reads
