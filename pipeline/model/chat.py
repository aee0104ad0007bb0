"""The one chat-template function: training rows and evaluation prompts both come from here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

_PROBE = "callgateprobe"


class ChatTokenizer(Protocol):
    """What is asked of a tokenizer: `load_tokenizer` and `load_model` return one."""

    def apply_chat_template(
        self,
        conversation: Sequence[Mapping[str, str]],
        *,
        tokenize: bool,
        add_generation_prompt: bool,
    ) -> str:
        """Return the conversation as the template writes it."""

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Return the token ids of a text."""


def render_text(
    tokenizer: ChatTokenizer, messages: Sequence[Mapping[str, str]], *, add_generation_prompt: bool
) -> str:
    """Return a conversation as the model's own chat template writes it."""
    return tokenizer.apply_chat_template(
        [dict(message) for message in messages],
        tokenize=False,
        add_generation_prompt=add_generation_prompt,
    )


def render(
    tokenizer: ChatTokenizer, messages: Sequence[Mapping[str, str]], *, add_generation_prompt: bool
) -> list[int]:
    """Return the token ids of a conversation under the model's own chat template.

    A training row is rendered without a generation prompt, an evaluation prompt with one; the ids
    of the prompt begin the ids of the row that goes on from it.
    """
    text = render_text(tokenizer, messages, add_generation_prompt=add_generation_prompt)
    # The template writes the special tokens itself.
    return list(tokenizer.encode(text, add_special_tokens=False))


def _conversation_with(role: str) -> list[dict[str, str]]:
    probe = {"role": role, "content": _PROBE}
    question = {"role": "user", "content": "question"}
    if role == "system":
        return [probe, question]
    if role == "user":
        return [probe]
    if role == "assistant":
        return [question, probe]
    return [question, {"role": "assistant", "content": "answer"}, probe]


def unrendered_roles(tokenizer: ChatTokenizer, roles: Iterable[str]) -> frozenset[str]:
    """Return those of the roles whose messages the chat template refuses or leaves out."""
    from jinja2 import TemplateError

    def renders(role: str) -> bool:
        try:
            text = render_text(tokenizer, _conversation_with(role), add_generation_prompt=False)
        except TemplateError:
            return False
        return _PROBE in text

    return frozenset(role for role in set(roles) if not renders(role))
