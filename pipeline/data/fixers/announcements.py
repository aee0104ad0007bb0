"""Letting the user's text meet the call that was only announced."""

import re
from typing import Literal

from ..habits import announces
from ..rows import RESPONSE_OPEN, Row, Turn
from .fixer import Dropped, Edit, Fixed, Fixer, messages_of, with_messages

Mode = Literal["merge", "drop"]

NOTHING_TO_MERGE = "an announcement that leads to no call"
ANNOUNCED = "an announcement"

FILLER_WORDS = 9
_FILLER_STARTS = frozenset(
    (
        *("yes", "yeah", "yep", "ok", "okay", "sure", "please", "go", "do", "continue", "proceed"),
        *("show", "great", "thanks", "thank", "perfect", "good", "sounds", "alright", "let's"),
        *("and", "well", "waiting", "right", "fine", "cool", "tell", "give", "run", "nice"),
        *("what", "i'm", "ready", "carry", "start", "then", "let"),
    )
)
# What a filler never has: a path, a name in code, a number, a quotation.
_SPECIFIC = re.compile(
    r"[\d_/\\`\"<>(){}\[\]=]|\w\.\w|\b(?:instead|but|not|don't|actually|first)\b"
)


def is_filler(text: str) -> bool:
    """Whether a user turn asks for nothing of its own: "Go ahead.", "Show me what it says."."""
    said = text.strip().lower().replace("\u2019", "'")
    words = said.split()
    if not words or len(words) > FILLER_WORDS or said.startswith(RESPONSE_OPEN):
        return False
    return words[0].strip(",.!:;?") in _FILLER_STARTS and _SPECIFIC.search(said) is None


def _calls_or_announces(turns: list[Turn], position: int) -> bool:
    if position >= len(turns) or turns[position].role != "assistant":
        return False
    return turns[position].has_call or announces(turns[position])


class Announcements(Fixer):
    """Takes away an announcement and the filler after it, where the call comes next.

    Where no call comes next there is nothing to merge, and the row is dropped.
    """

    id = "announcements"
    summary = "merge across calls that are promised and made a turn later"

    def __init__(self, mode: Mode = "merge") -> None:
        self.mode = mode

    def fix(self, row: Row) -> Fixed | Dropped | None:
        """Merge across the announcements of a row, or drop it."""
        if not any(map(announces, row.answers)):
            return None
        turns = row.turns
        removed: dict[int, int] = {}
        position = 0
        while position < len(turns):
            turn = turns[position]
            if turn.role != "assistant" or not announces(turn):
                position += 1
                continue
            if self.mode == "drop":
                return Dropped(ANNOUNCED)
            if _calls_or_announces(turns, position + 1):
                removed[position] = 1
            elif (
                position + 1 < len(turns)
                and turns[position + 1].role == "user"
                and is_filler(turns[position + 1].text)
                and _calls_or_announces(turns, position + 2)
            ):
                removed[position] = 2
            else:
                return Dropped(NOTHING_TO_MERGE)
            position += removed[position]
        if not removed:
            return None
        messages = messages_of(row)
        edits = [
            Edit(start, messages[start : start + count], []) for start, count in removed.items()
        ]
        gone = {start + step for start, count in removed.items() for step in range(count)}
        kept = [message for index, message in enumerate(messages) if index not in gone]
        return Fixed(with_messages(row, kept), edits)
