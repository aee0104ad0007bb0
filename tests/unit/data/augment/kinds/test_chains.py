import pytest

from pipeline.data.announcements import is_announcement
from pipeline.data.augment.example import Ask, Back, Code, Say, codes_of
from pipeline.data.augment.execution import read_example
from pipeline.data.augment.kinds.chains import PAIRS
from pipeline.data.augment.kinds.following import complained_name

EACH = 12


@pytest.fixture
def chains(drafts_of):
    """Draft chains with the pair of tools that each is about."""
    pairs = {f"chain_{pair.first}_{pair.second}_{pair.how}": pair for pair in PAIRS}
    return [(pairs[kind.name], draft) for kind, draft in drafts_of("chaining", EACH)]


def test_there_are_many_pairs_of_tools():
    assert len({(pair.first, pair.second) for pair in PAIRS}) >= 75


def test_each_turn_of_a_chain_calls_one_tool_the_first_one_first(chains):
    for pair, draft in chains:
        called = [read_example(code).tools for code in codes_of(draft)]
        assert called in ([(pair.first,)], [(pair.first,), (pair.second,)])


def test_a_chain_goes_on_after_the_first_result_or_says_why_not(chains):
    shapes = {tuple(type(step) for step in draft) for _, draft in chains}
    begun = (Ask, Code, Back)
    assert shapes == {(*begun, Say), (*begun, Code), (*begun, Code, Back, Say)}


def test_a_chain_ends_after_one_call_only_when_its_condition_is_not_met(chains):
    conditions = ("if ", "should ", "in case ", "when ", "provided that ")
    for pair, draft in chains:
        if len(codes_of(draft)) == 1:
            assert any(word in draft[0].text.lower() for word in conditions)
        elif pair.first == "pytest_run" and pair.needs:
            assert draft[2].response.failed


def test_no_chain_announces_or_is_near_a_query_of_the_suite(chains, suite_queries):
    for _, draft in chains:
        assert suite_queries.find(draft[0].text) is None
        assert not any(is_announcement(step.text) for step in draft if isinstance(step, Say))


def test_the_second_call_takes_its_place_from_the_first_result(chains):
    for pair, draft in chains:
        if (pair.first, pair.second, pair.how) == ("typecheck", "hover", "place"):
            codes = codes_of(draft)
            if len(codes) == 2:
                error = draft[2].response.errors[0]
                assert error.severity == "error"
                assert f'"{error.file}"' in codes[1]
                assert str(error.line) in codes[1]
                assert complained_name(error.message) in codes[1]


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Argument to `load_rate` is incorrect: expected `str`, found `bytes`", "load_rate"),
        ("Object of type `list[str]` is not assignable to `tax`: `int`", "tax"),
        ("Operator `+` is unsupported between types `Decimal` and `float`: `total`", "total"),
        ("Object of type `Depot` has no attribute `gate`", "gate"),
        ("Value is already of type `bytes`", None),
    ],
)
def test_the_name_that_an_error_is_about_is_the_last_one_that_is_no_type(message, name):
    assert complained_name(message) == name
