"""Every layer weakened once, as a person in a hurry would: the matrix must show each as a hole."""

import re

import pytest

from evals.judge import LAYERS, Expectation, Turn
from evals.judge.matrix import holes, make_matrix
from evals.judge.mutators import MUTATIONS
from evals.judge.outcome import failed, passed
from fixtures import alternatives, load_reference_answers, load_suite

SUITE = load_suite()
ANSWERS = load_reference_answers(SUITE)


def always_pass(*_):
    return passed("fine")


def through(name, layer):
    """Return the mutators that get through when one layer is replaced by a weaker one."""
    mutations = [mutation for mutation in MUTATIONS if mutation.layer == name]
    matrix = make_matrix(SUITE, ANSWERS, {**LAYERS, name: layer}, mutations)
    return {line.name for line in matrix if holes([line])}


@pytest.mark.parametrize("name", LAYERS)
def test_layer_that_always_passes_lets_all_of_its_mutators_through(name):
    expected = {mutation.name for mutation in MUTATIONS if mutation.layer == name}
    assert through(name, always_pass) == expected


def any_long_reply(turn, expected):
    """The validator that once reported 100 %."""
    return passed("long") if len(turn.text) > 30 else LAYERS["gate"](turn, expected)


def test_gate_that_accepts_any_long_reply_is_a_hole():
    assert "100 kB of text" in through("gate", any_long_reply)


def broken_call_is_no_call(turn, expected):
    """As public leaderboards have it: what does not parse is taken for 'no call'."""
    whole = [call for call in turn.calls if call.extracts]
    if not whole and expected.wants == "answer":
        return passed("no call")
    return LAYERS["gate"](turn, expected)


def test_gate_that_takes_a_broken_call_for_none_is_a_hole():
    assert through("gate", broken_call_is_no_call) >= {"right answer and a broken call"}


def first_call_only(turn, expected):
    return LAYERS["extract"](
        Turn(turn.text.partition("</tool_call>")[0] + "</tool_call>"), expected
    )


def test_extract_that_looks_at_the_first_call_only_is_a_hole():
    assert "second call unclosed" in through("extract", first_call_only)


def any_call_parses(turn, expected):
    return passed("one parses") if turn.readings else LAYERS["ast"](turn, expected)


def test_ast_that_is_content_with_one_call_is_a_hole():
    assert through("ast", any_call_parses) == {"second call does not parse"}


def name_in_the_text(turn, expected):
    if any(name in turn.text for entry in expected.tools for name in alternatives(entry)):
        return passed("named")
    return LAYERS["identity"](turn, expected)


def test_identity_that_looks_for_names_in_the_text_is_a_hole():
    assert through("identity", name_in_the_text) >= {
        "tool only in a string",
        "tool only in a comment",
        "tool in a dead branch",
        "tool imported",
        "tool shadowed",
    }


def forgets_what_is_forbidden(turn, expected):
    return LAYERS["identity"](turn, Expectation(wants=expected.wants, tools=expected.tools))


def test_identity_that_forgets_forbidden_tools_is_a_hole():
    assert through("identity", forgets_what_is_forbidden) == {"shell beside the tool"}


def name_of_field_in_the_text(turn, expected):
    names = [path.rsplit(".", 1)[1] for entry in expected.fields for path in alternatives(entry)]
    if names and any(re.search(rf"\b{name}\b", turn.text) for name in names):
        return passed("named")
    return LAYERS["schema"](turn, expected)


def test_schema_that_looks_for_names_in_the_text_is_a_hole():
    assert through("schema", name_of_field_in_the_text) >= {
        "field only in a comment",
        "field only in a string",
        "field of another object",
        "field of another result",
        "field in a dead branch",
    }


def any_of_the_tools(turn, expected):
    if expected.wants == "call" and turn.tools:
        return passed("one of them")
    return LAYERS["completeness"](turn, expected)


def test_completeness_that_is_content_with_one_tool_is_a_hole():
    assert through("completeness", any_of_the_tools) == {"tool missing from the chain"}


def keywords_alone(turn, expected):
    said = [e for e in expected.keywords if any(k in turn.text for k in alternatives(e))]
    if expected.wants == "call" or turn.calls:
        return LAYERS["completeness"](turn, expected)
    return passed("said") if len(said) >= expected.keywords_needed else failed("too few")


def test_completeness_that_counts_keywords_alone_is_a_hole():
    assert through("completeness", keywords_alone) == {
        "heap of keywords",
        "wrong numbers",
        "result copied",
    }


def test_running_that_looks_at_nothing_is_a_hole(monkeypatch):
    from evals.judge.execution import verdict

    monkeypatch.setattr(verdict, "_wrong", lambda *_: None)
    mutations = [mutation for mutation in MUTATIONS if mutation.layer == "executed"]
    matrix = make_matrix(SUITE, ANSWERS, mutations=mutations)
    assert [line.name for line in matrix if not holes([line])] == []
