from evals.judge.bench import judge_all, recorded_answers
from fixtures import load_suite


def test_recorded_answers_are_right_and_wrong_ones_without_end():
    answers = recorded_answers(load_suite(), 6_000)
    assert len(answers) == 6_000
    assert len(set(answers)) > 500


def test_a_quarter_of_the_recorded_answers_is_right():
    answers = recorded_answers(load_suite(), 40)
    assert 10 <= judge_all(answers, execute=True) < 30
