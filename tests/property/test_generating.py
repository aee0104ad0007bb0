"""Any seed gives rows that audit clean."""

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.data.audit import audit
from pipeline.data.augment.generate import generate, share_out
from pipeline.data.augment.kind import CATEGORIES

ROWS = 60


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(min_value=0, max_value=2**40), one_style=st.booleans())
def test_rows_of_any_seed_have_no_error(tmp_path, seed, one_style):
    examples = generate(share_out(ROWS), seed, one_style=one_style)
    assert len(examples) == ROWS
    assert {example.kind.category for example in examples} == set(CATEGORIES)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"".join(orjson.dumps(example.row) + b"\n" for example in examples))
    report = audit([path])
    severe = [finding.id for finding in report.findings if finding.severity == "error"]
    assert (report.rows, report.rejected, severe) == (ROWS, 0, [])
    assert {"duplicate", "contamination"}.isdisjoint(finding.id for finding in report.findings)
