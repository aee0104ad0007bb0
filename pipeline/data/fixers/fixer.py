"""What a fixer is: a pure function from a row to the row without one bad habit."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from ..rows import SHAREGPT, Row, Turn, read_row, text_key


class Edit(NamedTuple):
    """What was done to a row at a turn: its messages before and after."""

    turn: int
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]


class Fixed(NamedTuple):
    """A row put right, and what was done to it."""

    row: Row
    edits: list[Edit]


class Dropped(NamedTuple):
    """A row that cannot be kept, and the reason by which it is counted."""

    reason: str


class Fixer(ABC):
    """Puts one bad habit right; `fix` returns None for a row that does not have it."""

    id: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def fix(self, row: Row) -> Fixed | Dropped | None:
        """Return the row put right, the reason to drop it, or None when nothing is to be done."""


def messages_of(row: Row) -> list[dict[str, Any]]:
    """Return the message objects of a row as they came."""
    found: list[dict[str, Any]] = row.data["conversations" if row.form == SHAREGPT else "messages"]
    return found


def with_messages(row: Row, messages: Sequence[dict[str, Any]]) -> Row:
    """Return the row with other messages; whatever else it holds stays."""
    key = "conversations" if row.form == SHAREGPT else "messages"
    changed = read_row({**row.data, key: list(messages)})
    changed.place, changed.line_bytes = row.place, row.line_bytes
    return changed


def with_texts(row: Row, texts: dict[int, str]) -> Fixed:
    """Return the row with other texts at some turns; the other turns are shared, not read again."""
    messages = list(messages_of(row))
    turns = list(row.turns)
    edits = []
    for index, text in texts.items():
        before, key = text_key(row, index)
        messages[index] = {**before, key: text}
        edits.append(Edit(index, [before], [messages[index]]))
        turns[index] = Turn(index, turns[index].role, text, turns[index].structured)
    outer = "conversations" if row.form == SHAREGPT else "messages"
    changed = Row({**row.data, outer: messages}, row.form, turns)
    changed.place, changed.line_bytes = row.place, row.line_bytes
    return Fixed(changed, edits)
