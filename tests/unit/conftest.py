import pytest

from evals.decide import case_record, make_results
from evals.judge import judge
from fixtures import load_reference_answers, load_suite


@pytest.fixture(scope="session")
def suite():
    return load_suite()


@pytest.fixture(scope="session")
def records(suite):
    """Records of right answers to all 57 cases, in the order of the suite."""
    right = {answer.case: answer.turns for answer in load_reference_answers(suite)}
    return [case_record(case, judge(case, right[case.id], suite.responses)) for case in suite.cases]


@pytest.fixture
def judged(suite, records):
    """Make results in which the named cases are missed, or only some were asked."""

    def make(missing=(), asked=None):
        found = [
            record.model_copy(update={"strict": record.id not in missing})
            for record in records
            if asked is None or asked(record)
        ]
        return make_results(suite, found, "f" * 64)

    return make
