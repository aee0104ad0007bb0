import orjson
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.data.announcements import is_announcement
from pipeline.data.calls import find_calls, render_call
from pipeline.data.fixers import (
    Announcements,
    DoubleWraps,
    Dropped,
    Envelope,
    Preambles,
    Roles,
    Trailing,
)
from pipeline.data.fixers.preambles import UNSAFE_MARKUP
from pipeline.data.repair import Repairer, written
from pipeline.data.rows import read_row
from tests.property.strategies import (
    Calls,
    calls,
    conversation,
    markup_soup,
    prose,
    some_prose,
)

MARKUP_FIXERS = (Preambles(), Trailing(), Envelope())
ALL_FIXERS = (DoubleWraps(), Roles(), Announcements(), *MARKUP_FIXERS)
ONE_CALL = Calls(render_call('git_status(".")'), ('git_status(".")',))


def cleaned(data, fixers):
    """Return the row as it stands in the output, or the reason why it does not."""
    line = orjson.dumps(data)
    row = read_row(orjson.loads(line))
    outcome, edits, _ = Repairer(fixers, keyed=False).repair(row)
    if isinstance(outcome, Dropped):
        return outcome
    return orjson.loads(written(outcome, line, edits) if edits else line)


def answer_of(data):
    return data["messages"][1]["content"]


@given(prose, calls())
@example("\n", ONE_CALL)
@example("The tag </tool_call> ends it: ", ONE_CALL)
def test_a_preamble_goes_and_the_calls_stay_byte_for_byte(preamble, made):
    row = cleaned(conversation("question", preamble + made.text), (Preambles(),))
    assert answer_of(row) == made.text


@given(calls(), some_prose)
def test_trailing_text_goes_and_the_calls_stay_byte_for_byte(made, trailing):
    # A closing tag in what follows could belong to the last call.
    assume("</tool_call>" not in trailing)
    row = cleaned(conversation("question", made.text + trailing), (Trailing(),))
    assert answer_of(row) == made.text


@given(prose, calls())
def test_the_preamble_never_changes_the_result(preamble, made):
    one = cleaned(conversation("question", preamble + made.text), MARKUP_FIXERS)
    other = cleaned(conversation("question", made.text), MARKUP_FIXERS)
    assert one == other


@given(prose, calls(), prose)
def test_number_order_and_code_of_the_calls_stay(preamble, made, trailing):
    assume("</tool_call>" not in trailing)
    row = cleaned(conversation("question", preamble + made.text + trailing), ALL_FIXERS)
    assert tuple(call.code for call in find_calls(answer_of(row))) == made.codes


@given(calls())
def test_every_call_ends_in_the_one_spelling(made):
    row = cleaned(conversation("question", made.text), (Envelope(),))
    found = find_calls(answer_of(row))
    assert [render_call(code) for code in made.codes] == [
        answer_of(row)[call.start : call.end] for call in found
    ]


@given(prose, prose)
def test_a_direct_answer_stays_byte_for_byte(question, answer):
    assume(not is_announcement(answer))
    assume("<tool_response>" not in question)
    line = orjson.dumps(conversation(question, answer))
    outcome, edits, _ = Repairer(ALL_FIXERS, keyed=False).repair(read_row(orjson.loads(line)))
    assert edits == []
    assert outcome.data == orjson.loads(line)


@given(some_prose, prose)
def test_an_answer_that_quotes_the_marker_is_dropped_with_its_reason(before, after):
    assume("</tool_call>" not in after)
    row = cleaned(conversation("question", f"{before}<tool_call>{after}"), ALL_FIXERS)
    assert row == Dropped(UNSAFE_MARKUP)


@given(markup_soup)
@example("Use <tool_call> like so: " + ONE_CALL.text)
@example("<tool_call>" + ONE_CALL.text)
@example("<tool_call><function=execute_code><parameter=code>a text <tool_call>")
def test_no_output_has_text_before_a_call(text):
    row = cleaned(conversation("question", text), ALL_FIXERS)
    if isinstance(row, Dropped):
        return
    for message in row["messages"]:
        if message["role"] == "assistant":
            assert message["content"].find("<tool_call>") in (-1, 0)
            end = 0
            for call in find_calls(message["content"]):
                if message["content"].startswith("<tool_call>", call.start):
                    assert not message["content"][end : call.start].strip() or end == 0
                    end = call.end


@given(st.lists(st.one_of(markup_soup, calls().map(lambda made: made.text)), max_size=5))
def test_cleaning_twice_changes_nothing_more(texts):
    assume(texts)
    once = cleaned(conversation(*texts), ALL_FIXERS)
    if not isinstance(once, Dropped):
        assert cleaned(once, ALL_FIXERS) == once


@given(st.lists(prose, min_size=1, max_size=4), calls())
def test_whatever_stands_around_a_changed_text_keeps_its_bytes(texts, made):
    data = {"id": 7, **conversation("question", "Look: " + made.text), "note": texts}
    line = orjson.dumps(data, option=orjson.OPT_INDENT_2).replace(b"\n", b" ")
    row = read_row(orjson.loads(line))
    outcome, edits, _ = Repairer((Preambles(),), keyed=False).repair(row)
    after = orjson.loads(written(outcome, line, edits))
    assert {**after, "messages": None} == {**data, "messages": None}
    assert answer_of(after) == made.text
