"""How many examples are proposed for what a model missed."""

from pipeline.data.augment.kinds import all_kinds_of
from pipeline.data.augment.weakest import NO_TOOL, ROWS_PER_MISS, Standing, propose, wishes_of


def standing(category="field_access", cases=10, missed=(("git_log",),)):
    return Standing(category, cases, cases - len(missed), tuple(map(frozenset, missed)))


def test_the_weakest_category_comes_first():
    proposals = propose([standing(cases=10), standing("summary", cases=2)])
    assert [proposal.standing.category for proposal in proposals] == ["summary", "field_access"]


def test_every_miss_is_worth_the_same_number_of_rows():
    (proposal,) = propose([standing(missed=[["git_log"], ["git_log"], ["hover"]])])
    assert proposal.rows == 3 * ROWS_PER_MISS
    assert proposal.tools == {"git_log": 2 * ROWS_PER_MISS, "hover": ROWS_PER_MISS}
    assert proposal.why == "3 missed, 25 rows for each; by tool: git_log 50, hover 25"


def test_the_tools_of_a_case_share_its_rows():
    (proposal,) = propose([standing(missed=[["typecheck", "hover"]])])
    assert sorted(proposal.tools.values()) == [ROWS_PER_MISS // 2, ROWS_PER_MISS - 12]


def test_a_case_without_a_tool_asks_for_kinds_without_one():
    (proposal,) = propose([standing("direct_answers", missed=[[]])])
    assert proposal.tools == {NO_TOOL: ROWS_PER_MISS}
    (wish,) = wishes_of([proposal])
    assert wish.rows == ROWS_PER_MISS
    assert set(wish.kinds) <= set(all_kinds_of("direct_answers"))


def test_examples_are_wished_of_kinds_that_call_the_missed_tool():
    wishes = wishes_of(propose([standing(missed=[["git_log"], ["hover"]])]))
    assert [wish.name for wish in wishes] == ["field_access, git_log", "field_access, hover"]
    assert all("git_log" in kind.tools for kind in wishes[0].kinds)
    assert wishes[0].kinds


def test_where_no_kind_names_the_tool_all_kinds_of_the_category_are_asked():
    (wish,) = wishes_of(propose([standing("summary", missed=[["no_such_tool"]])]))
    assert wish.kinds == all_kinds_of("summary")


def test_a_category_of_another_suite_gets_no_rows():
    (proposal,) = propose([standing("letters")])
    assert (proposal.rows, proposal.tools) == (0, {})
    assert proposal.why == "callgate generates no examples of this category"
    assert wishes_of([proposal]) == []
