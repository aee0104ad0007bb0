import ast
from itertools import chain
from random import Random

import pytest

from fixtures import UNSEEN_SUITE_FOLDER, load_suite
from pipeline.data.announcements import is_announcement
from pipeline.data.augment.example import codes_of, queries_of
from pipeline.data.augment.kinds import (
    LATER_SHARE,
    LATER_SHARES,
    SECOND_LESSON_SHARE,
    SECOND_LESSON_SHARES,
    all_kinds,
    all_kinds_of,
    kinds_of,
    second_lesson_kinds_of,
)
from pipeline.data.augment.kinds.cross_tool import flow_draft
from pipeline.data.augment.kinds.further import (
    FURTHER,
    WIDER,
    ToolWish,
    answers,
    flows,
    further_kinds,
    wider_kinds,
    wished,
    wishes,
)
from pipeline.data.augment.scene import Scene
from pipeline.data.queries import QueryIndex

LESSONS = (FURTHER, WIDER)


def draft_of(ask, *, tool="git_diff", aspect="diff", seed=0):
    wish = ToolWish("single_tool", tool, aspect, (ask,))
    draft = wished(wish.ask, wish.answered_by(), Scene(Random(seed), one_style=True))
    return queries_of(draft)[0], codes_of(draft)[0]


def test_a_wish_without_a_place_is_about_the_whole_repository():
    for seed in range(20):
        assert 'git_diff(".")' in draft_of("Sum up my edits.", seed=seed)[1]


def test_a_wish_within_a_folder_is_answered_for_that_folder():
    folders = set()
    for seed in range(20):
        query, code = draft_of("Sum up my edits$within.", seed=seed)
        folder = code.split('git_diff("')[1].split('"')[0]
        folders.add(folder)
        assert folder == "." or folder in query
    assert len(folders) > 1


def test_a_wish_for_an_aspect_that_no_tool_has_is_refused():
    with pytest.raises(ValueError, match=r"^hover has no aspect 'diff'$"):
        draft_of("What is it?", tool="hover")


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_tool_is_wished_for_more_than_once(lesson):
    ways = {}
    for wish in wishes(lesson):
        ways.setdefault(wish.tool, []).append(wish.category)
    assert len(ways) == 14
    assert min(map(len, ways.values())) >= 2


def share_of(new, kinds):
    names = {kind.name for kind in new}
    return sum(k.weight for k in kinds if k.name in names) / sum(k.weight for k in kinds)


@pytest.mark.parametrize("category", ["direct_answers", "cross_tool", "summary"])
def test_the_second_lesson_has_its_share_of_a_category(category):
    share = share_of(further_kinds(), second_lesson_kinds_of(category))
    assert share == pytest.approx(SECOND_LESSON_SHARES.get(category, SECOND_LESSON_SHARE))


@pytest.mark.parametrize("category", ["direct_answers", "cross_tool", "summary", "edge_cases"])
def test_all_later_kinds_have_their_share_of_a_category(category):
    share = share_of((*further_kinds(), *wider_kinds()), all_kinds_of(category))
    assert share == pytest.approx(LATER_SHARES.get(category, LATER_SHARE))


def test_kinds_of_all_lessons_have_names_of_their_own():
    names = [kind.name for kind in (*all_kinds(), *further_kinds(), *wider_kinds())]
    assert len(names) == len(set(names))


def test_a_category_without_new_kinds_stays_as_it_is():
    assert all_kinds_of("chaining") == second_lesson_kinds_of("chaining") == kinds_of("chaining")


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_wording_is_nearly_a_query_of_the_suite_or_the_unseen_one(lesson):
    cases = [*load_suite().cases, *load_suite(UNSEEN_SUITE_FOLDER).cases]
    index = QueryIndex((case.id, case.query) for case in cases)
    wordings = [
        *chain.from_iterable(answer.questions for answer in answers(lesson)),
        *chain.from_iterable(entry.ask for entry in (*wishes(lesson), *flows(lesson))),
    ]
    near = [text for text in wordings if index.find(text)]
    assert near == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_answer_is_short_and_promises_nothing(lesson):
    for answer in answers(lesson):
        assert len(answer.answer.split()) <= 60, answer
        assert len(answer.questions) == 4, answer
        assert not is_announcement(answer.answer), answer


def test_a_flow_that_commits_is_readable_code_whatever_the_message():
    (flow,) = (flow for flow in flows(FURTHER) if flow.name == "commit_if_green")
    for seed in range(300):
        ast.parse(codes_of(flow_draft(flow, Scene(Random(seed), one_style=True)))[0])
