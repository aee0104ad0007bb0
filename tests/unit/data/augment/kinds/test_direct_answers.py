import pytest

from fixtures import TOOLS
from pipeline.data.announcements import is_announcement
from pipeline.data.augment.example import Ask, Say
from pipeline.data.augment.kinds.direct_answers import answers_of, tools_to_explain
from pipeline.data.augment.kinds.near_misses import pastes

TOPICS = (
    *("python", "quality", "git", "tools", "talk"),
    *("essentials_python", "essentials_tools"),
)
ANSWERS = [answer for topic in TOPICS for answer in answers_of(topic)]


def test_there_are_many_questions_and_none_is_asked_twice():
    questions = [question.lower() for answer in ANSWERS for question in answer.questions]
    assert len(ANSWERS) >= 370
    assert len(questions) == len(set(questions)) >= 1350


def test_no_two_questions_have_the_same_answer():
    texts = [answer.answer for answer in ANSWERS] + [paste.answer for paste in pastes()]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.questions[0])
def test_an_answer_is_short_and_promises_nothing(answer, suite_queries):
    assert len(answer.answer) <= 300
    assert not is_announcement(answer.answer)
    assert not any(suite_queries.find(question) for question in answer.questions)


def test_every_tool_is_explained():
    assert [about.name for about in tools_to_explain()] == list(TOOLS)


def test_a_drafted_answer_is_one_question_and_one_text_without_a_call(drafts_of):
    for _, draft in drafts_of("direct_answers", 10):
        assert [type(step) for step in draft] == [Ask, Say]
        assert "tool_call" not in draft[1].text
