import pytest

from pipeline.data.fixers import (
    FIXERS,
    Announcements,
    DoubleWraps,
    Dropped,
    Envelope,
    Preambles,
    Roles,
    Trailing,
)
from pipeline.data.fixers.announcements import ANNOUNCED, NOTHING_TO_MERGE, is_filler
from pipeline.data.fixers.preambles import UNSAFE_MARKUP

TOOL_CALL = {"id": "1", "function": {"name": "git_status", "arguments": '{"path": "."}'}}


def texts(fixed):
    return [turn.text for turn in fixed.row.turns]


def test_the_command_line_knows_every_fixer():
    from pipeline.data.clean_command import EPILOG, FIXER_IDS

    assert tuple(FIXERS) == FIXER_IDS
    for name, summary in FIXERS.items():
        assert f"  {name:<14} {summary}\n" in EPILOG


def test_content_beside_tool_calls_is_emptied(row):
    turn = {"role": "assistant", "content": "Let me see.", "tool_calls": [TOOL_CALL]}
    fixed = Preambles().fix(row("question", turn))
    assert fixed.row.data["messages"][1] == {**turn, "content": ""}


def test_text_between_two_calls_goes_too(row, call):
    fixed = Preambles().fix(row("question", f"{call}\nAnd then:\n{call}"))
    assert texts(fixed) == ["question", f"{call}\n{call}"]


def test_white_space_before_a_call_goes(row, call):
    assert texts(Preambles().fix(row("question", "\n\n" + call))) == ["question", call]


@pytest.mark.parametrize(
    "text",
    [
        "I write <tool_call> and then the code.",
        "An unclosed call: <tool_call><function=execute_code>\n<parameter=code>\nx = 1",
        "A body that is none: <tool_call>git_status</tool_call>",
    ],
)
def test_markup_that_is_no_whole_call_after_text_drops_the_row(row, text):
    assert Preambles().fix(row("question", text)) == Dropped(UNSAFE_MARKUP)


def test_an_unclosed_call_alone_stays(row):
    assert Preambles().fix(row("question", "<tool_call><function=execute_code>")) is None


def test_a_quotation_of_the_closing_tag_stays(row):
    assert Preambles().fix(row("question", "It ends with </tool_call>.")) is None


def test_trailing_text_goes(row, call):
    assert texts(Trailing().fix(row("question", call + "\nDone."))) == ["question", call]


def test_only_the_envelope_is_rewritten(row, call):
    other = call.replace("\n<parameter", "<parameter").replace("\n</function>", "</function>")
    assert texts(Envelope().fix(row("question", other))) == ["question", call]
    assert Envelope().fix(row("question", call)) is None


def test_an_announcement_and_its_filler_are_merged_away(row, call):
    fixed = Announcements().fix(row("question", "I'll check the status.", "Go ahead.", call))
    assert texts(fixed) == ["question", call]
    assert fixed.edits[0].turn == 1
    assert [message["content"] for message in fixed.edits[0].before] == [
        "I'll check the status.",
        "Go ahead.",
    ]


def test_two_announcements_in_a_row_are_merged_away(row, call):
    fixed = Announcements().fix(
        row("question", "I'll check.", "Go ahead.", "Let me look.", "Please do.", call)
    )
    assert texts(fixed) == ["question", call]


def test_an_announcement_right_before_the_call_is_merged_away(row, call):
    turns = (
        {"role": "user", "content": "question"},
        {"role": "assistant", "content": "I'll check the status."},
        {"role": "assistant", "content": call},
    )
    assert texts(Announcements().fix(row(*turns))) == ["question", call]


@pytest.mark.parametrize(
    "turns",
    [
        ("question", "I'll check the status."),
        ("question", "I'll check the status.", "Go ahead.", "It is clean."),
        ("question", "I'll check the status.", "No, lint src/quay instead.", "{call}"),
        ("question", "I'll check it.", "<tool_response>\nclean\n</tool_response>", "It is clean."),
    ],
)
def test_an_announcement_that_leads_to_no_call_drops_the_row(row, call, turns):
    read = row(*(turn.replace("{call}", call) for turn in turns))
    assert Announcements().fix(read) == Dropped(NOTHING_TO_MERGE)


def test_announcements_can_be_dropped(row, call):
    read = row("question", "I'll check the status.", "Go ahead.", call)
    assert Announcements("drop").fix(read) == Dropped(ANNOUNCED)


@pytest.mark.parametrize(
    "text", ["Go ahead.", "Yes, show me the results.", "Please do.", "Sure!", "OK", "And?"]
)
def test_fillers(text):
    assert is_filler(text)


@pytest.mark.parametrize(
    "text",
    [
        "Show me src/quay/rope.py first.",
        "Show the last 5.",
        "Check the linter.",
        "Please don't.",
        "<tool_response>\nclean\n</tool_response>",
        "",
        "Yes, and while you are at it run the tests as well please.",
    ],
)
def test_turns_that_ask_for_something_are_no_fillers(text):
    assert not is_filler(text)


def test_a_tool_turn_becomes_a_user_turn_with_one_wrap(row):
    fixed = Roles().fix(row("question", "answer", {"role": "tool", "content": "done"}))
    assert fixed.row.data["messages"][2] == {
        "role": "user",
        "content": "<tool_response>\ndone\n</tool_response>",
    }


def test_a_wrapped_tool_turn_is_renamed_alone(row):
    text = "<tool_response>done</tool_response>"
    fixed = Roles().fix(row("question", "answer", {"role": "tool", "content": text}))
    assert fixed.row.data["messages"][2] == {"role": "user", "content": text}


def test_tool_turns_with_an_id_stay(row):
    turn = {"role": "tool", "content": "done", "tool_call_id": "1"}
    assert Roles().fix(row("question", "answer", turn)) is None


@pytest.mark.parametrize(
    ("role", "text", "left"),
    [
        ("user", "<tool_response>\n<tool_response>\na\n</tool_response>\n</tool_response>", None),
        ("tool", "<tool_response>\na\n</tool_response>", "a"),
    ],
)
def test_one_wrap_is_left(row, role, text, left):
    fixed = DoubleWraps().fix(row("question", "answer", {"role": role, "content": text}))
    assert texts(fixed)[2] == (left or "<tool_response>\na\n</tool_response>")
