"""How many examples, of which kinds, and which drafts are not taken."""

import re

import pytest

from fixtures import SUITE_FOLDER, UNSEEN_SUITE_FOLDER, CallgateError, load_suite
from pipeline.data.augment.example import Ask, Code, Say
from pipeline.data.augment.generate import WEIGHTS, Wish, fulfil, generate, share_out
from pipeline.data.augment.kind import CATEGORIES, Kind


def saying(name, makes, weight=1.0):
    return Kind(name, "direct_answers", lambda scene: (Ask(makes(scene)), Say("Yes.")), (), weight)


@pytest.mark.parametrize("count", [1, 7, 57, 100, 1164])
def test_shares_add_up_and_follow_the_weights(count):
    shares = share_out(count)
    assert sum(shares.values()) == count
    assert all(abs(shares[name] - count * WEIGHTS[name] / 100) < 1 for name in CATEGORIES)


def test_kinds_are_taken_by_weight_even_where_they_are_more_than_the_examples():
    heavy = [saying(f"heavy{n}", lambda scene: scene.fill("{path}?"), 9.0) for n in range(50)]
    light = [saying(f"light{n}", lambda scene: scene.fill("{path}!"), 1.0) for n in range(50)]
    (found,) = fulfil([Wish("some", (*light, *heavy), 50)], 1)
    names = [example.kind.name for example in found]
    assert len(names) == 50
    assert 40 <= sum(name.startswith("heavy") for name in names) <= 50


def test_a_query_is_asked_once_and_a_kind_that_has_no_more_leaves_its_turn():
    one = saying("one", lambda _: "Is it ready?")
    many = saying("many", lambda scene: scene.fill("Is {path} ready?"))
    (found,) = fulfil([Wish("some", (one, many), 30)], 1)
    assert [example.kind.name for example in found].count("one") == 1
    with pytest.raises(CallgateError) as caught:
        fulfil([Wish("some", (one,), 2)], 1)
    assert str(caught.value) == (
        "some: 2 examples were asked for, and there are no more than 1 that differ; ask for fewer"
    )


def test_case_and_punctuation_do_not_make_another_query():
    kind = saying("two", lambda scene: scene.pick(("Is it ready?", "is it ready", "Is it, ready?")))
    with pytest.raises(CallgateError, match="no more than 1 that differ"):
        fulfil([Wish("some", (kind,), 2)], 1)


@pytest.mark.parametrize("folder", [SUITE_FOLDER, UNSEEN_SUITE_FOLDER])
def test_queries_of_the_suites_and_nearly_those_are_not_taken(folder):
    for case in load_suite(folder).cases[:10]:
        for text in (case.query, f"{case.query} please".upper()):
            kind = saying("copy", lambda _, text=text: text)
            with pytest.raises(CallgateError, match="no more than 0 that differ"):
                fulfil([Wish("some", (kind,), 1)], 1)


def test_an_unknown_category_is_named_with_the_known():
    with pytest.raises(CallgateError) as caught:
        generate({"multi_turn": 3}, 1)
    assert str(caught.value) == (
        "there is no category 'multi_turn': known are direct_answers, single_tool, tool_identity, "
        "field_access, cross_tool, edge_cases, summary, chaining"
    )


def test_the_tools_of_an_example_are_those_that_its_calls_name():
    code = Code('print(git_status(".").clean)\nprint(read_file("a.py"))')
    kind = Kind("both", "cross_tool", lambda scene: (Ask(scene.path()), code), ("read_file",))
    (found,) = fulfil([Wish("some", (kind,), 1)], 1)
    assert found[0].tools == ("git_status", "read_file")


@pytest.mark.parametrize("category", CATEGORIES)
def test_further_wordings_are_filled_and_answered(category):
    # Each row is checked and run while it is made; this many meet most of the wordings.
    rows = generate({category: 300}, 3)
    assert len(rows) == 300
    said = [row.row["messages"][1]["content"] for row in rows]
    assert [text for text in said if re.search(r"\$[a-z]+|\{[a-z_]+\}", text)] == []
