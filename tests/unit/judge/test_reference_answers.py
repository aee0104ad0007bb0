import pytest

from evals.judge import judge
from fixtures import load_reference_answers, load_suite

SUITE = load_suite()
ANSWERS = load_reference_answers(SUITE)


@pytest.mark.parametrize(
    "answer", ANSWERS, ids=[f"{answer.case}-{number}" for number, answer in enumerate(ANSWERS)]
)
def test_reference_answer_passes_every_layer(answer):
    judgement = judge(SUITE.case(answer.case), answer.turns, SUITE.responses)
    assert judgement.deciding is None
    assert judgement.soft
