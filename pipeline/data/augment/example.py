"""Drafts of examples and the rows that they become."""

from typing import Any, NamedTuple

from fixtures import SYSTEM_PROMPT, Result, tool_response

from ..calls import render_call


class Ask(NamedTuple):
    """What the user says."""

    text: str


class Code(NamedTuple):
    """A call of the assistant: nothing but this code."""

    code: str


class Say(NamedTuple):
    """What the assistant says without a call."""

    text: str


class Back(NamedTuple):
    """A tool's result that comes back to the assistant as a user turn."""

    response: Result | str


Step = Ask | Code | Say | Back
Draft = tuple[Step, ...]


def message_of(step: Step) -> dict[str, str]:
    """Return the chat message that a step of a draft becomes."""
    match step:
        case Ask(text):
            return {"role": "user", "content": text}
        case Code(code):
            return {"role": "assistant", "content": render_call(code)}
        case Say(text):
            return {"role": "assistant", "content": text}
        case Back(response):
            return {"role": "user", "content": tool_response(response)}


def row_of(draft: Draft, system_prompt: str = SYSTEM_PROMPT) -> dict[str, Any]:
    """Return the row of training data that a draft becomes."""
    messages = [{"role": "system", "content": system_prompt}, *map(message_of, draft)]
    return {"messages": messages}


def codes_of(draft: Draft) -> tuple[str, ...]:
    """Return the codes of a draft's calls in order."""
    return tuple(step.code for step in draft if isinstance(step, Code))


def queries_of(draft: Draft) -> tuple[str, ...]:
    """Return what the user says in a draft, tool results left out."""
    return tuple(step.text for step in draft if isinstance(step, Ask))
