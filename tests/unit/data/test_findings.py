import orjson
import pytest

from fixtures import load_suite
from pipeline.data.audit import query_index
from pipeline.data.calls import render_call
from pipeline.data.demand import demand_of
from pipeline.data.findings import (
    Announcement,
    Contamination,
    Coverage,
    DoubleWrap,
    Emails,
    Envelope,
    LineFormat,
    NoAnswer,
    Preamble,
    Roles,
    Secrets,
    SystemPrompt,
    TooLong,
    ToolResponse,
    TrailingText,
    UnknownRoles,
)
from pipeline.data.findings.calls import (
    BrokenCall,
    UnknownField,
    UnknownTool,
    UnparsedCall,
    WrongArguments,
)
from pipeline.data.rows import Place, read_row

TOOL_CALL = {"id": "1", "function": {"name": "git_status", "arguments": '{"path": "."}'}}


def test_a_preamble_counts_by_tool(observed, row, call):
    tally = observed(Preamble(), row("question", "Let me see.\n" + call))
    assert tally.count == 1
    assert tally.counts == {"calls:git_status": 1, "before:git_status": 1}
    assert tally.excerpts[0].marked == "Let me see.\n"


def test_a_call_alone_has_no_preamble(observed, row, call):
    assert observed(Preamble(), row("question", call)).count == 0


def test_content_beside_tool_calls_is_a_preamble(observed, row):
    turn = {"role": "assistant", "content": "Let me see.", "tool_calls": [TOOL_CALL]}
    assert observed(Preamble(), row("question", turn)).counts["before:git_status"] == 1


def test_null_content_beside_tool_calls_is_none(observed, row):
    turn = {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]}
    assert observed(Preamble(), row("question", turn)).count == 0


def test_rates_that_lie_far_apart_are_a_finding_of_their_own(row, call):
    finding, tally = Preamble(), None
    from pipeline.data.tally import Tally

    tally = Tally()
    other = render_call('print(hover("a.py", 1, 2, "x"))')
    for number in range(5):
        for text in (call, "First.\n" + other):
            read = row("question", text)
            read.place = Place(0, len(tally.places) + number + 1)
            finding.observe(read, tally)
    reports = finding.report(tally, 10)
    assert [report.id for report in reports] == ["preamble", "uneven_preamble"]
    assert reports[1].sentence == ("hover has text before 5 of 5 calls, git_status before 0 of 5")


def test_text_after_a_call(observed, row, call):
    assert observed(TrailingText(), row("question", call + " Done.")).excerpts[0].marked == " Done."
    assert observed(TrailingText(), row("question", call + "\n")).count == 0


def test_an_announcement_with_and_without_a_turn_after_it(observed, row, call):
    tally = observed(Announcement(), row("question", "I'll check.", "Go ahead.", call))
    assert tally.counts == {"followed by user": 1}
    tally = observed(Announcement(), row("question", "I'll check the status."))
    assert tally.counts == {"followed by nothing": 1}


def test_envelopes_are_counted_by_spelling(observed, row, call):
    other = call.replace("\n<parameter", "<parameter")
    tally = observed(Envelope(), row("question", call, "again", other))
    assert tally.count == 1
    assert sorted(tally.counts.values()) == [1, 1]


def test_one_spelling_of_callgate_is_no_finding(observed, row, call):
    finding = Envelope()
    assert finding.report(observed(finding, row("question", call)), 1) == []


def test_one_system_prompt_is_a_note_and_two_are_a_warning(row):
    from pipeline.data.tally import Tally

    finding, tally = SystemPrompt(), Tally()
    finding.observe(row({"role": "system", "content": "One."}), tally)
    assert finding.report(tally, 1)[0].severity == "note"
    finding.observe(row("question"), tally)
    report = finding.report(tally, 2)[0]
    assert (report.severity, report.sentence) == ("warning", "2 different system prompts")


def test_role_tool_is_foreign_to_calls_as_text_and_at_home_beside_tool_calls(observed, row):
    result = {"role": "tool", "content": "done"}
    assert observed(Roles(), row("question", "answer", result)).counts == {"tool": 1}
    with_id = {**result, "tool_call_id": "1"}
    assert observed(Roles(), row("question", "answer", with_id)).count == 0


def test_a_role_that_the_template_renders_is_let_pass(observed, row):
    read = row("question", "answer", {"role": "tool", "content": "done"})
    assert observed(Roles(lambda role: role == "tool"), read).count == 0


def test_a_role_that_no_one_knows(observed, row):
    read = row({"role": "narrator", "content": "Once upon a time."})
    assert observed(UnknownRoles(), read).counts == {"narrator": 1}
    assert observed(Roles(), read).count == 0


@pytest.mark.parametrize(
    ("role", "text", "found"),
    [
        ("tool", "<tool_response>\na\n</tool_response>", True),
        ("tool", "a", False),
        ("user", "<tool_response>\na\n</tool_response>", False),
        ("user", "<tool_response><tool_response>a</tool_response></tool_response>", True),
        ("user", "<tool_response>a</tool_response><tool_response>b</tool_response>", False),
    ],
)
def test_double_wraps(observed, row, role, text, found):
    read = row("question", "answer", {"role": role, "content": text})
    assert bool(observed(DoubleWrap(), read).count) is found


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        ("GitStatusResult(success=True, clean=True, file_count=0, files=[])", None),
        ("On branch main, nothing to commit", None),
        ("Result(3)", "Result is the result of no tool"),
        ("GitStatusResult(clean=True)", "GitStatusResult: file_count: Field required"),
        ("GitStatusResult(clean=", "GitStatusResult(...) does not read as a repr"),
        (
            "HoverResult(symbol='a')",
            "HoverResult is what hover returns, and git_status was called",
        ),
    ],
)
def test_tool_responses_are_held_against_the_result_model(observed, row, call, response, problem):
    read = row("question", call, f"<tool_response>\n{response}\n</tool_response>", "answer")
    assert list(observed(ToolResponse(), read).counts) == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("finding", "code", "problem"),
    [
        (UnparsedCall, "for x in y", "line 1: expected ':'"),
        (UnknownTool, 'ship_it("a")', "ship_it"),
        (
            UnknownField,
            'print(git_status(".").branch)',
            "GitStatusResult has no field 'branch'; it has success, parse_error, clean, "
            "file_count, files",
        ),
    ],
)
def test_calls_that_cannot_work(observed, row, finding, code, problem):
    assert list(observed(finding(), row("question", render_call(code))).counts) == [problem]


def test_wrong_arguments_name_the_tool(observed, row):
    (problem,) = observed(WrongArguments(), row("question", render_call("git_status()"))).counts
    assert problem.startswith("git_status(path: str)")
    assert problem.endswith("missing a required argument: 'path'")


def test_a_call_that_is_not_closed_is_broken(observed, row):
    tally = observed(BrokenCall(), row("question", "<tool_call><function=execute_code>"))
    assert list(tally.counts) == ["the call is not closed by </tool_call>"]


def test_a_json_call_extracts(observed, row):
    text = '<tool_call>{"name": "git_status", "arguments": {"path": "</tool_call>"}}</tool_call>'
    assert observed(BrokenCall(), row("question", text)).count == 0
    assert observed(Preamble(), row("question", text)).counts == {"calls:git_status": 1}


@pytest.mark.parametrize(
    ("arguments", "finding", "problem"),
    [
        ('{"path": 1', BrokenCall, "the arguments are not JSON: "),
        ("[]", BrokenCall, "the arguments are not an object"),
        ('{"folder": "."}', WrongArguments, "git_status(path: str): missing a required argument"),
    ],
)
def test_structured_calls_are_read_too(observed, row, arguments, finding, problem):
    turn = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"function": {"name": "git_status", "arguments": arguments}}],
    }
    (found,) = observed(finding(), row("question", turn)).counts
    assert found.startswith(problem)


def test_a_tool_that_the_row_declares_is_known_and_its_schema_counts(observed, row):
    tool = {
        "type": "function",
        "function": {
            "name": "tide",
            "parameters": {"properties": {"day": {"type": "string"}}, "required": ["day"]},
        },
    }
    turn = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"function": {"name": "tide", "arguments": "{}"}}],
    }
    read = row("question", turn, tools=[tool])
    assert observed(UnknownTool(), read).count == 0
    assert list(observed(WrongArguments(), read).counts) == [
        "tide: missing a required argument: 'day'"
    ]


def test_a_row_that_ends_with_the_user(observed, row):
    assert observed(NoAnswer(), row("question")).counts == {"ends in user": 1}
    assert observed(NoAnswer(), row("question", "answer")).count == 0


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (str, "word for word"),
        (str.upper, "word for word"),
        (lambda text: f"  {text}!!", "word for word"),
        (lambda text: "Please: " + text, "nearly"),
    ],
)
def test_every_query_of_the_suite_is_recognised(observed, row, change, how):
    suite = load_suite()
    finding = Contamination(query_index(suite))
    for case in suite.cases:
        (found,) = observed(finding, row(change(case.query), "answer")).counts
        assert found.endswith(how)


def test_another_question_is_no_contamination(observed, row):
    finding = Contamination(query_index(load_suite()))
    assert observed(finding, row("Which files changed since Friday?", "answer")).count == 0


@pytest.mark.parametrize(
    ("turns", "kinds"),
    [
        (("q", "a"), {"direct_answer"}),
        (("q", "{call}"), {"single_call"}),
        (("q", "{two}"), {"several_tools"}),
        (("q", "{call}", "{response}", "a"), {"single_call", "summary"}),
        (("q", "{call}", "{response}", "{call}"), {"calls_in_a_row"}),
    ],
)
def test_rows_are_counted_by_the_kind_of_case(observed, row, call, turns, kinds):
    two = render_call('git_status(".")\ngit_log(".")')
    response = "<tool_response>\nfine\n</tool_response>"
    read = row(*(turn.format(call=call, two=two, response=response) for turn in turns))
    tally = observed(Coverage(demand_of(load_suite())), read)
    assert {key.removeprefix("kind:") for key in tally.counts if key[:5] == "kind:"} == kinds


def test_a_secret_is_counted_and_never_shown(observed, row):
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    tally = observed(Secrets(), row("question", f"The key is {key}, keep it."))
    assert tally.counts == {"AWS Access Key": 1}
    assert tally.excerpts[0].marked == "AKIA\u2026 (20 characters)"
    assert key not in "".join(map(str, tally.excerpts[0]))


def test_e_mail_addresses_but_not_those_of_documentation(observed, row):
    read = row("Write to ann@example.com.", "@pytest.fixture\nx @ y\nbob@harbour-team.net")
    assert observed(Emails(), read).counts == {"at harbour-team.net": 1}


def test_a_row_that_is_too_long_is_counted_with_the_window(observed, row):
    read = row("question", "word " * 1000)
    finding = TooLong(lambda _: 3000, 2048)
    tally = observed(finding, read)
    assert finding.report(tally, 1)[0].sentence == "the window holds 2048 tokens"


def test_a_short_row_is_not_tokenized(observed, row):
    def count(_):
        raise AssertionError("tokenized")

    assert observed(TooLong(count, 2048), row("question", "answer")).count == 0


def test_line_format_is_read_from_the_bytes(observed, row):
    read = row("question", "answer")
    read.line_bytes += b"\r"
    assert observed(LineFormat(), read).count == 1


def test_sharegpt_rows_are_read_with_their_calls(observed, call):
    data = {
        "conversations": [
            {"from": "human", "value": "question"},
            {"from": "gpt", "value": "Let me see. " + call},
            {"from": "observation", "value": "done"},
            {"from": "function_call", "value": '{"name": "hover", "arguments": {}}'},
        ]
    }
    read = read_row(orjson.loads(orjson.dumps(data)))
    assert [turn.role for turn in read.turns] == ["user", "assistant", "tool", "assistant"]
    tally = observed(Preamble(), read)
    assert tally.counts == {"calls:git_status": 1, "before:git_status": 1, "calls:hover": 1}


def test_code_beside_json_is_a_mixture_that_no_fixer_cures(row, call):
    from pipeline.data.tally import Tally

    finding, tally = Envelope(), Tally()
    text = '<tool_call>{"name": "git_status", "arguments": {"path": "."}}</tool_call>'
    finding.observe(row("question", call, "again", text), tally)
    (report,) = finding.report(tally, 1)
    assert (report.id, report.fixer) == ("mixed_envelope", None)
