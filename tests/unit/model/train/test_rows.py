import json

import pytest

from fixtures import CallgateError
from pipeline.model.chat import render
from pipeline.model.loading import load_tokenizer
from pipeline.model.train.rows import read_rows, training_row

STOP = frozenset([2])
SYSTEM = {"role": "system", "content": "You answer with calls."}
QUESTION = {"role": "user", "content": "Which files changed?"}
CALL = {"role": "assistant", "content": "<tool_call>git_status()</tool_call>"}
RESPONSE = {"role": "user", "content": "<tool_response>\nclean=True\n</tool_response>"}
SUMMARY = {"role": "assistant", "content": "Nothing changed."}
TWO_TURNS = [SYSTEM, QUESTION, CALL, RESPONSE, SUMMARY]
MENDS = "`callgate audit` shows what is wrong with the data and `callgate clean` mends what can be"


@pytest.fixture(scope="module")
def tokenizer(tiny_model):
    return load_tokenizer(tiny_model)


@pytest.fixture
def write(tmp_path):
    def lines(*rows):
        file = tmp_path / "train.jsonl"
        file.write_text(
            "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows),
            encoding="utf-8",
        )
        return file

    return lines


def test_every_assistant_turn_is_counted_up_to_its_stop_token_and_nothing_else(tokenizer):
    row = training_row(tokenizer, TWO_TURNS, STOP)
    counted = tokenizer.decode([row.tokens[place] for place in row.counted])
    assert counted == f"{CALL['content']}<|im_end|>{SUMMARY['content']}<|im_end|>"


def test_what_the_template_writes_after_the_stop_token_is_not_counted(tokenizer):
    row = training_row(tokenizer, [QUESTION, CALL], STOP)
    assert row.tokens[row.counted[-1]] == 2
    assert tokenizer.decode(list(row.tokens[row.counted[-1] + 1 :])) == "\n"


@pytest.mark.parametrize("turn", [2, 4])
def test_each_answer_follows_the_prompt_that_the_evaluation_renders(tokenizer, turn):
    row = training_row(tokenizer, TWO_TURNS, STOP)
    prompt = render(tokenizer, TWO_TURNS[:turn], add_generation_prompt=True)
    assert list(row.tokens[: len(prompt)]) == prompt
    assert len(prompt) in row.counted
    assert len(prompt) - 1 not in row.counted


def test_no_token_reaches_from_the_prompt_into_an_answer_that_begins_with_spaces(model_copy):
    file = model_copy / "tokenizer.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["model"]["vocab"]["ĊĠ"] = len(content["model"]["vocab"])
    content["model"]["merges"].append(["Ċ", "Ġ"])
    file.write_text(json.dumps(content), encoding="utf-8")
    tokenizer = load_tokenizer(model_copy)
    messages = [QUESTION, {"role": "assistant", "content": "  the"}]
    prompt = render(tokenizer, messages[:1], add_generation_prompt=True)
    row = training_row(tokenizer, messages, STOP)
    assert render(tokenizer, messages, add_generation_prompt=False)[: len(prompt)] != prompt
    assert list(row.tokens[: len(prompt)]) == prompt
    assert tokenizer.decode([row.tokens[place] for place in row.counted]) == "  the<|im_end|>"


def test_an_answer_that_a_template_ends_with_no_stop_token_is_counted_whole(tokenizer):
    row = training_row(tokenizer, [QUESTION, CALL], frozenset())
    assert row.counted[-1] == len(row.tokens) - 1


def test_a_template_that_changes_earlier_answers_is_refused(model_copy, write):
    (model_copy / "chat_template.jinja").write_text(
        "{% for message in messages %}{{ message['role'] }}:{% if loop.last %}"
        "{{ message['content'] }}{% endif %};{% endfor %}"
        "{% if add_generation_prompt %}assistant:{% endif %}"
    )
    file = write({"messages": TWO_TURNS[1:]})
    with pytest.raises(CallgateError) as caught:
        read_rows(file, load_tokenizer(model_copy), STOP, 2048)
    assert str(caught.value) == (
        f"{file}: line 1: the chat template writes message 2 differently in a prompt; {MENDS} "
        "mended"
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"messages": [', "not valid JSON: unexpected end of data: line 1 column 15 (char 14)"),
        ("", "the line is empty"),
        ({"text": "x"}, "the row has neither 'messages' nor 'conversations'"),
        (
            {"messages": [QUESTION, {"role": "assistant", "content": None}]},
            "messages[1].content is null, not text",
        ),
        ({"messages": [{"content": "x"}]}, "messages[0] has no key 'role'"),
        ({"messages": [QUESTION]}, "no assistant turn: there is nothing to learn from it"),
        (
            {"messages": [QUESTION, CALL], "tools": []},
            "calls beside the text (tool_calls) are not trained on",
        ),
    ],
)
def test_a_line_that_cannot_be_trained_on_is_named(tokenizer, write, line, problem):
    file = write({"messages": [QUESTION, CALL]}, line)
    with pytest.raises(CallgateError) as caught:
        read_rows(file, tokenizer, STOP, 2048)
    assert str(caught.value) == f"{file}: line 2: {problem}; {MENDS} mended"


def test_rows_that_are_longer_than_the_window_are_refused_with_the_window_they_need(
    tokenizer, write
):
    rows = [[QUESTION, CALL], [QUESTION, SUMMARY], TWO_TURNS]
    file = write(*({"messages": messages} for messages in rows))
    lengths = [len(training_row(tokenizer, messages, STOP).tokens) for messages in rows]
    assert lengths[1] < lengths[0] < lengths[2]
    with pytest.raises(CallgateError) as caught:
        read_rows(file, tokenizer, STOP, lengths[1])
    assert str(caught.value) == (
        f"{file}: line 1: the row has {lengths[0]} tokens and the window {lengths[1]} (2 of 3 are "
        "too long): a cut row teaches to stop in the middle; "
        f"raise --window to {lengths[2]} or take such rows out"
    )
    assert len(read_rows(file, tokenizer, STOP, lengths[2])) == 3


def test_sharegpt_rows_are_read_as_chat_rows_are(tokenizer, write):
    file = write(
        {"messages": [QUESTION, CALL]},
        {
            "conversations": [
                {"from": "human", "value": QUESTION["content"]},
                {"from": "gpt", "value": CALL["content"]},
            ]
        },
    )
    chat, sharegpt = read_rows(file, tokenizer, STOP, 2048)
    assert chat == sharegpt
