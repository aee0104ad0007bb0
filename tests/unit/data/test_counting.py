import pytest

from pipeline.data.audit_report import ERROR, NOTE, WARNING, AuditReport, FindingReport
from pipeline.data.counting import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 errors"), (1, "1 error"), (2, "2 errors"), (1540, "1540 errors")]
)
def test_a_number_of_things_is_said_with_its_noun(number, said):
    assert counted(number, "error") == said


@pytest.mark.parametrize(
    ("rows", "severities", "totals"),
    [
        (1540, [WARNING, NOTE], "1540 rows, 0 errors, 1 warning"),
        (1, [ERROR], "1 row, 1 error, 0 warnings"),
        (8, [ERROR, ERROR, WARNING, WARNING], "8 rows, 2 errors, 2 warnings"),
    ],
)
def test_what_an_audit_comes_to_is_one_line(rows, severities, totals):
    findings = tuple(FindingReport.model_construct(severity=severity) for severity in severities)
    assert AuditReport.model_construct(rows=rows, findings=findings).totals == totals
