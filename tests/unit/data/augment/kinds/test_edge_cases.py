from random import Random

from pipeline.data.announcements import is_announcement
from pipeline.data.augment.example import Ask, Code, Say, codes_of
from pipeline.data.augment.execution import read_example
from pipeline.data.augment.kinds.edge_cases import slip
from pipeline.data.augment.scene import Scene

WITHOUT_A_CALL = {"banned_call", "pasted_output"}


def test_only_bans_pasted_output_and_answers_by_hand_make_no_call(drafts_of):
    for kind, draft in drafts_of("edge_cases", 10):
        in_words = kind.name in WITHOUT_A_CALL or "_answer_" in kind.name
        answered = [Ask, Say] if in_words else [Ask, Code]
        assert [type(step) for step in draft] == answered
        assert not any(is_announcement(step.text) for step in draft if isinstance(step, Say))


def test_a_path_with_spaces_arrives_whole_in_one_string(drafts_of):
    for kind, draft in drafts_of("edge_cases", 10):
        if kind.name == "spaced_path":
            (call,) = read_example(codes_of(draft)[0]).calls
            path = codes_of(draft)[0].split('"')[1]
            assert call.tool == "read_file"
            assert " " in path
            assert path in draft[0].text


def test_slips_and_capitals_leave_what_the_call_needs_as_it_is(drafts_of):
    for kind, draft in drafts_of("edge_cases", 20):
        if kind.name in ("hurried_request", "shouted_request"):
            first = codes_of(draft)[0].split("(", 1)[1].split('"')[1]
            assert first == "." or first in draft[0].text


def test_a_slip_changes_no_more_than_two_letters_of_a_word():
    slipped = {slip(Scene(Random(seed)), "checker") for seed in range(200)}
    assert {"hcecker", "hecker", "cchecker"} <= slipped
    assert all(len(word) in (6, 7, 8) and set(word) <= set("checker") for word in slipped)
