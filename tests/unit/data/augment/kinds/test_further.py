import ast
from itertools import chain
from random import Random

import pytest

from fixtures import UNSEEN_SUITE_FOLDER, load_suite
from pipeline.data.announcements import is_announcement
from pipeline.data.augment.example import codes_of, queries_of
from pipeline.data.augment.kinds import FURTHER, USUAL_FURTHER, all_kinds_of, kinds_of
from pipeline.data.augment.kinds.cross_tool import flow_draft
from pipeline.data.augment.kinds.further import (
    ToolWish,
    answers,
    flows,
    further_kinds,
    wished,
    wishes,
)
from pipeline.data.augment.scene import Scene
from pipeline.data.queries import QueryIndex


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


def test_every_tool_is_wished_for_more_than_once():
    ways = {}
    for wish in wishes():
        ways.setdefault(wish.tool, []).append(wish.category)
    assert len(ways) == 14
    assert min(map(len, ways.values())) >= 2


@pytest.mark.parametrize("category", ["direct_answers", "cross_tool", "summary"])
def test_new_kinds_have_their_share_of_a_category(category):
    kinds = all_kinds_of(category)
    new = {kind.name for kind in further_kinds()}
    share = sum(kind.weight for kind in kinds if kind.name in new) / sum(k.weight for k in kinds)
    assert share == pytest.approx(FURTHER.get(category, USUAL_FURTHER))


def test_a_category_without_new_kinds_stays_as_it_is():
    assert all_kinds_of("chaining") == kinds_of("chaining")


def test_no_wording_is_nearly_a_query_of_the_suite_or_the_unseen_one():
    cases = [*load_suite().cases, *load_suite(UNSEEN_SUITE_FOLDER).cases]
    index = QueryIndex((case.id, case.query) for case in cases)
    wordings = [
        *chain.from_iterable(answer.questions for answer in answers()),
        *chain.from_iterable(entry.ask for entry in (*wishes(), *flows())),
    ]
    near = [text for text in wordings if index.find(text)]
    assert near == []


def test_an_answer_is_short_and_promises_nothing():
    for answer in answers():
        assert len(answer.answer.split()) <= 60, answer
        assert len(answer.questions) == 4, answer
        assert not is_announcement(answer.answer), answer


def test_a_flow_that_commits_is_readable_code_whatever_the_message():
    (flow,) = (flow for flow in flows() if flow.name == "commit_if_green")
    for seed in range(300):
        ast.parse(codes_of(flow_draft(flow, Scene(Random(seed), one_style=True)))[0])
