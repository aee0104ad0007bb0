import json

import pytest

from evals.judge import Expectation, Turn, judge
from evals.judge.formats import FORMATS, DirectCall, misfit, tool_schemas
from evals.judge.formats.prompt import with_tools
from fixtures import TOOLS, load_suite
from pipeline.data.calls import render_call

SUITE = load_suite()


def json_call(name, **arguments):
    body = json.dumps({"name": name, "arguments": arguments})
    return f"<tool_call>\n{body}\n</tool_call>"


def qwen3_call(name, **arguments):
    inside = "\n".join(f"<parameter={k}>\n{v}\n</parameter>" for k, v in arguments.items())
    return f"<tool_call>\n<function={name}>\n{inside}\n</function>\n</tool_call>"


def pythonic_call(name, **arguments):
    inside = ", ".join(f"{k}={v!r}" for k, v in arguments.items())
    return f"<|tool_call_start|>[{name}({inside})]<|tool_call_end|>"


SPELLINGS = {"json": json_call, "qwen3": qwen3_call, "pythonic": pythonic_call}
every_spelling = pytest.mark.parametrize("name", SPELLINGS)
chosen_or_detected = pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "detected"])


def found(text, name):
    return FORMATS[name](text, TOOLS)


@every_spelling
@chosen_or_detected
def test_call_by_name_is_found(name, chosen):
    text = SPELLINGS[name]("git_log", path=".", count=5)
    (call,) = found(text, name if chosen else "auto")
    assert call.direct == DirectCall("git_log", {"path": ".", "count": 5})
    assert call.extracts


@every_spelling
@chosen_or_detected
def test_code_mode_is_code_in_every_spelling(name, chosen):
    text = SPELLINGS[name]("execute_code", code="print(git_status('.'))")
    (call,) = found(text, name if chosen else "auto")
    assert (call.code, call.direct) == ("print(git_status('.'))", None)


@pytest.mark.parametrize("name", ["qwen3", "auto", "code"])
def test_the_spelling_of_callgate_is_code(name):
    (call,) = found(render_call("print(1)"), name)
    assert call.code == "print(1)"


@every_spelling
def test_text_has_no_call(name):
    assert found("The tree is clean [see git_status].", name) == ()


def test_bare_json_object_is_a_call():
    (call,) = found('{"name": "git_status", "parameters": {"path": "."}}', "json")
    assert call.direct == DirectCall("git_status", {"path": "."})


def test_bare_python_list_is_a_call():
    (call,) = found('[git_status(path=".")]', "pythonic")
    assert call.direct == DirectCall("git_status", {"path": "."})


def test_several_calls_in_one_list_are_found():
    calls = found('[git_status(path="."), git_log(path=".")]', "auto")
    assert [call.direct.name for call in calls] == ["git_status", "git_log"]


def test_closing_tag_inside_an_argument_does_not_end_the_call():
    text = json_call("write_file", path="a", content="</tool_call>")
    (call,) = found(text, "json")
    assert call.direct.arguments["content"] == "</tool_call>"


BROKEN = {
    "json": [
        "<tool_call>{",
        "<tool_call>{'name': 1}</tool_call>",
        '<tool_call>{"arguments": {}}</tool_call>',
        '<tool_call>{"name": "git_status", "arguments": "."}</tool_call>',
        "<tool_call>[]</tool_call>",
        '{"name": "git_status", "arguments": ',
        "<tool_call>" + "[" * 100_000 + "</tool_call>",
    ],
    "qwen3": [
        "<tool_call><function=git_status>",
        "<tool_call>git_status</tool_call>",
        "<function=git_status></function>",
        qwen3_call("git_log", path=".", count="many"),
    ],
    "pythonic": [
        "<|tool_call_start|>[git_status(path='.')",
        "<|tool_call_start|>[git_status(path='.]<|tool_call_end|>",
        "<|tool_call_start|>git_status<|tool_call_end|>",
        "[git_status(path='.'",
        "done<|tool_call_end|>",
    ],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in BROKEN.items() for text in texts]
)
def test_broken_call_is_a_call_that_does_not_extract(name, text):
    calls = found(text, name)
    assert calls
    assert not all(call.extracts for call in calls)


def wants(*tools, **more):
    return Expectation(wants="call", tools=tools, **more)


@every_spelling
def test_right_call_by_name_passes_strict(name):
    text = SPELLINGS[name]("git_status", path=".")
    judgement = judge(SUITE.case("dirty_files"), [text], SUITE.responses, call_format=name)
    assert judgement.deciding is None
    (turn,) = judgement.turns
    assert [turn.layers[layer].status for layer in ("ast", "completeness")] == ["n/a", "n/a"]
    assert turn.layers["schema"].sentence == (
        "the arguments fit the tools; a call by name reads no fields"
    )


@every_spelling
def test_wrong_tool_by_name_fails_at_identity(name):
    text = SPELLINGS[name]("run_command", command="git status")
    judgement = judge(SUITE.case("dirty_files"), [text], SUITE.responses, call_format=name)
    assert judgement.deciding == (1, "identity", "expected git_status, found run_command")


@every_spelling
def test_unknown_tool_by_name_fails_at_identity(name):
    text = SPELLINGS[name]("git_blame", path=".")
    judgement = judge(SUITE.case("dirty_files"), [text], SUITE.responses, call_format=name)
    assert judgement.deciding == (1, "identity", "expected git_status, found git_blame")


@every_spelling
def test_wrong_arguments_by_name_fail_at_schema(name):
    text = SPELLINGS[name]("git_status", folder=".")
    judgement = judge(SUITE.case("dirty_files"), [text], SUITE.responses, call_format=name)
    assert judgement.deciding == (
        1,
        "schema",
        "expected arguments that fit, found: git_status(path: str): "
        "missing a required argument: 'path'",
    )


def test_forbidden_tool_by_name_fails():
    text = json_call("git_diff", path=".") + json_call("run_command", command="git diff")
    judgement = judge(SUITE.case("cached_diff"), [text], SUITE.responses, call_format="json")
    assert judgement.deciding[1] == "identity"


def test_call_by_name_where_an_answer_is_wanted_fails_at_the_gate():
    text = json_call("git_status", path=".")
    judgement = judge(SUITE.case("session_scope"), [text], SUITE.responses, call_format="auto")
    assert judgement.deciding[:2] == (1, "gate")


def test_first_call_of_a_chain_is_enough_by_name():
    turn = Turn(json_call("git_status", path="."), "json")
    from evals.judge import LAYERS

    outcome = LAYERS["completeness"](turn, wants("git_status", "ruff_check"))
    assert outcome == ("n/a", "the next call by name needs the result of this one")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"path": "."}, None),
        ({"path": ".", "count": 3}, None),
        ({"path": 3}, "path=3 is no str"),
        ({"path": ".", "count": "3"}, "count='3' is no int"),
        ({"path": ".", "count": True}, "count=True is no int"),
        ({"path": ".", "limit": 3}, "got an unexpected keyword argument 'limit'"),
    ],
)
def test_arguments_by_name_are_checked_against_the_tool(arguments, problem):
    told = misfit(DirectCall("git_log", arguments), TOOLS)
    assert told == (problem and f"git_log(path: str, count: int = 10): {problem}")


def test_schema_of_a_tool_names_types_and_what_is_required():
    schemas = {s["function"]["name"]: s["function"]["parameters"] for s in tool_schemas(TOOLS)}
    assert schemas["git_log"] == {
        "type": "object",
        "properties": {"path": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["path"],
    }


@every_spelling
def test_prompt_lists_every_tool_and_the_format(name):
    prompt = with_tools("You help.", name, TOOLS)
    assert prompt.startswith("You help.\n\n# Tools\n\n")
    assert all(f'"name": "{tool}"' in prompt for tool in TOOLS)


@every_spelling
def test_prompt_spells_a_call_as_the_format_does(name):
    example = with_tools("", name, {}).rsplit("nothing else:\n", 1)[1]
    (call,) = found(example, name)
    assert call.direct == DirectCall("NAME", {"PARAMETER": "VALUE"})


def test_code_mode_needs_no_more_prompt():
    assert with_tools("You help.", "code", TOOLS) == "You help."
