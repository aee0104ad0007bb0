"""Training rows as token ids, and which of the ids the loss counts: every assistant turn."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from fixtures import CallgateError

from ..chat import ChatTokenizer, render_text


class TrainingRow(NamedTuple):
    """One row: its token ids, and the positions among them that the loss counts, ascending."""

    tokens: tuple[int, ...]
    counted: tuple[int, ...]


def training_row(
    tokenizer: ChatTokenizer, messages: Sequence[Mapping[str, str]], stops: frozenset[int]
) -> TrainingRow:
    """Return the ids of a conversation; counted is each assistant turn up to its stop token.

    `stops` are the ids that end an answer. A prompt is rendered exactly as the evaluation renders
    it, and no token reaches over its end: an answer that begins with a space is learnt as it will
    be generated. Raises ValueError when a prompt's text does not begin the conversation's: such a
    template would teach the model something other than what it is asked.
    """
    whole = render_text(tokenizer, messages, add_generation_prompt=False)
    tokens: list[int] = []
    counted: list[int] = []
    written = 0
    for index, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        prompt = render_text(tokenizer, messages[:index], add_generation_prompt=True)
        answered = render_text(tokenizer, messages[: index + 1], add_generation_prompt=False)
        if not (answered.startswith(prompt) and whole.startswith(answered)):
            raise ValueError(
                f"the chat template writes message {index + 1} differently in a prompt"
            )
        tokens += tokenizer.encode(whole[written : len(prompt)], add_special_tokens=False)
        answer = tokenizer.encode(answered[len(prompt) :], add_special_tokens=False)
        # What the template writes after the stop token (a line break) is never generated.
        ends = [place for place, token in enumerate(answer, start=1) if token in stops]
        counted += range(len(tokens), len(tokens) + (ends[-1] if ends else len(answer)))
        tokens += answer
        written = len(answered)
    tokens += tokenizer.encode(whole[written:], add_special_tokens=False)
    return TrainingRow(tuple(tokens), tuple(counted))


def _messages_of(line: bytes) -> list[dict[str, str]]:
    row = orjson.loads(line)
    messages = row.get("messages") if isinstance(row, dict) else None
    if not isinstance(messages, list) or not messages:
        raise ValueError("it has no messages")
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise ValueError(f"messages[{number - 1}].content is no text")
        if not isinstance(message.get("role"), str):
            raise ValueError(f"messages[{number - 1}].role is no text")
    return messages


def read_rows(
    file: Path, tokenizer: ChatTokenizer, stops: frozenset[int], window: int
) -> list[TrainingRow]:
    """Return the rows of a JSON Lines file in the file's order.

    Raises CallgateError that names file, line and what to do: a line that is no chat row, a
    template that does not render it, a row without an assistant turn or longer than `window`.
    """
    return list(_rows(file, tokenizer, stops, window))


def _rows(
    file: Path, tokenizer: ChatTokenizer, stops: frozenset[int], window: int
) -> Iterator[TrainingRow]:
    from jinja2 import TemplateError

    too_long: list[tuple[int, int]] = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = training_row(tokenizer, _messages_of(line), stops)
        except (ValueError, TemplateError) as problem:
            raise CallgateError(
                f"{file}: line {number}: {problem}; `callgate audit` shows what is wrong with "
                "the data and `callgate clean` mends it"
            ) from None
        if not row.counted:
            raise CallgateError(
                f"{file}: line {number}: no assistant turn: there is nothing to learn from it; "
                "`callgate clean` sets such rows aside"
            )
        if len(row.tokens) > window:
            too_long.append((number, len(row.tokens)))
        yield row
    if too_long:
        longest = max(length for _, length in too_long)
        raise CallgateError(
            f"{file}: line {too_long[0][0]}: the row has {too_long[0][1]} tokens and the window "
            f"{window} ({len(too_long)} rows are too long): a cut row teaches to stop in the "
            f"middle; raise --window to {longest} or take such rows out"
        )
