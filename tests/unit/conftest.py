import pytest

from evals.decide import case_record, make_results, repeated_record
from evals.decide.records import Deciding
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


@pytest.fixture
def repeated(suite, records):
    """Make results of five answers to each case: all right, but for cases that pass less often."""

    def make(passed, repeats=5, asked=None):
        found = [
            repeated_record(
                [
                    missed(record) if number >= passed.get(record.id, repeats) else record
                    for number in range(repeats)
                ]
            )
            for record in records
            if asked is None or asked(record)
        ]
        return make_results(suite, found, "f" * 64)

    return make


def missed(record):
    deciding = Deciding(turn=1, layer="identity", sentence="expected git_diff")
    return record.model_copy(update={"strict": False, "deciding": deciding})
