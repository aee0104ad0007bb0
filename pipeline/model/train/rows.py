"""Training rows as token ids, and which of the ids the loss counts: every assistant turn."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError

from ...data.chunks import Chunk, Problem
from ...data.chunks import read_rows as read_lines
from ...data.rows import OPENAI, Row
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


def _messages_of(row: Row) -> list[dict[str, str]]:
    if row.form == OPENAI:
        raise ValueError("calls beside the text (tool_calls) are not trained on")
    return [{"role": turn.role, "content": turn.text} for turn in row.turns]


def read_rows(
    file: Path, tokenizer: ChatTokenizer, stops: frozenset[int], window: int
) -> list[TrainingRow]:
    """Return the rows of a JSON Lines file in the file's order.

    Raises CallgateError that names file, line and what to do: a line that is no row, a template
    that does not render it, a row without an assistant turn or longer than `window`.
    """
    return list(_rows(file, tokenizer, stops, window))


def read_splits(
    data: Path, tokenizer: ChatTokenizer, stops: frozenset[int], window: int
) -> dict[Path, list[TrainingRow]]:
    """Return the rows of train.jsonl and, where it is there, of valid.jsonl.

    Raises CallgateError where `read_rows` does, and when there is nothing to train on.
    """
    train = data / "train.jsonl"
    rows = {
        file: read_rows(file, tokenizer, stops, window)
        for file in (train, data / "valid.jsonl")
        if file.is_file()
    }
    if not rows.get(train):
        raise CallgateError(f"{train}: holds no rows to train on")
    return rows


def _rows(
    file: Path, tokenizer: ChatTokenizer, stops: frozenset[int], window: int
) -> Iterator[TrainingRow]:
    from jinja2 import TemplateError

    too_long: list[tuple[int, int]] = []
    content = file.read_bytes()
    number = 0
    lines = read_lines(Chunk(0, file, 0, len(content)), content)
    for number, line in enumerate(lines, start=1):
        try:
            if isinstance(line, Problem):
                raise ValueError(line.message)
            row = training_row(tokenizer, _messages_of(line), stops)
            if not row.counted:
                raise ValueError("no assistant turn: there is nothing to learn from it")
        except (ValueError, TemplateError) as problem:
            raise CallgateError(
                f"{file}: line {number}: {problem}; `callgate audit` shows what is wrong with "
                "the data and `callgate clean` mends what can be mended"
            ) from None
        if len(row.tokens) > window:
            too_long.append((number, len(row.tokens)))
        yield row
    if too_long:
        first, length = too_long[0]
        longest = max(length for _, length in too_long)
        raise CallgateError(
            f"{file}: line {first}: the row has {length} tokens and the window {window} "
            f"({len(too_long)} of {number} are too long): a cut row teaches to stop in the middle; "
            f"raise --window to {longest} or take such rows out"
        )
