import tempfile
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import CallgateError
from pipeline.data.clean import clean
from tests.property.strategies import calls, conversation, markup_soup, prose

turns = st.one_of(markup_soup, prose, calls().map(lambda made: made.text))
rows = st.lists(turns, min_size=1, max_size=4).map(lambda texts: conversation(*texts))


@settings(max_examples=50, deadline=None)
@given(st.lists(rows, min_size=1, max_size=6))
def test_every_row_is_accounted_for_and_a_second_run_changes_nothing(data):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, once, twice = (folder / part for part in ("in.jsonl", "once.jsonl", "twice.jsonl"))
        source.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in data))
        try:
            manifest = clean(source, once).manifest
        except CallgateError:
            # Every row was dropped.
            assert not once.exists()
            return
        assert manifest.rows_in == len(data)
        assert manifest.rows_in == manifest.rows_out + sum(manifest.dropped.values())
        lines = once.read_bytes().split(b"\n")[:-1]
        assert len(lines) == manifest.rows_out
        untouched = [line for line in map(orjson.dumps, data) if line in lines]
        positions = [lines.index(line) for line in dict.fromkeys(untouched)]
        assert positions == sorted(positions)
        again = clean(once, twice).manifest
        assert (again.changed, again.dropped) == (0, {})
        assert twice.read_bytes() == once.read_bytes()
