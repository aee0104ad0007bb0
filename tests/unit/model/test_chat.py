import json

import pytest

from pipeline.model.chat import render, render_text, unrendered_roles
from pipeline.model.loading import load_tokenizer

SYSTEM = {"role": "system", "content": "You answer with calls."}
QUESTION = {"role": "user", "content": "Which files changed?\n"}
CALL = {"role": "assistant", "content": "<tool_call>git_status()</tool_call>"}
RESPONSE = {"role": "user", "content": "<tool_response>\nclean=True\n</tool_response>"}
SUMMARY = {"role": "assistant", "content": "Nothing changed."}


@pytest.fixture(scope="module")
def tokenizer(tiny_model):
    return load_tokenizer(tiny_model)


@pytest.mark.parametrize(
    "row",
    [
        [QUESTION, CALL],
        [SYSTEM, QUESTION, CALL],
        [SYSTEM, QUESTION, CALL, RESPONSE, SUMMARY],
        [QUESTION, {"role": "assistant", "content": " \n  spaces first"}],
        [QUESTION, {"role": "assistant", "content": ""}],
    ],
)
def test_the_evaluation_prompt_begins_the_training_row(tokenizer, row):
    trained = render(tokenizer, row, add_generation_prompt=False)
    asked = render(tokenizer, row[:-1], add_generation_prompt=True)
    assert trained[: len(asked)] == asked
    assert len(trained) > len(asked)


def test_special_tokens_are_single_ids(tokenizer):
    ids = render(tokenizer, [QUESTION], add_generation_prompt=True)
    assert (ids.count(1), ids.count(2)) == (2, 1)


def test_rendering_changes_no_message(tokenizer):
    message = dict(QUESTION)
    render(tokenizer, [message], add_generation_prompt=True)
    assert message == QUESTION


def test_the_text_is_what_the_template_writes(tokenizer):
    assert render_text(tokenizer, [QUESTION], add_generation_prompt=True) == (
        "<|im_start|>user\nWhich files changed?\n<|im_end|>\n<|im_start|>assistant\n"
    )


def test_a_template_that_writes_every_role_leaves_none_out(tokenizer):
    assert unrendered_roles(tokenizer, ["system", "user", "assistant", "tool"]) == frozenset()


@pytest.mark.parametrize(
    "refusal", ["{{ raise_exception('no tool') }}", ""], ids=["refuses", "leaves out"]
)
def test_roles_that_the_template_does_not_write_are_told(model_copy, refusal):
    settings = json.loads((model_copy / "tokenizer_config.json").read_text())
    settings["chat_template"] = (
        "{% for message in messages %}{% if message['role'] in ['user', 'assistant'] %}"
        f"{{{{ message['content'] }}}}{{% else %}}{refusal}{{% endif %}}{{% endfor %}}"
    )
    (model_copy / "tokenizer_config.json").write_text(json.dumps(settings))
    told = unrendered_roles(load_tokenizer(model_copy), ["system", "user", "assistant", "tool"])
    assert told == {"system", "tool"}
