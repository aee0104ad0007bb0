"""Answers that miss the topic, stuff it, copy the result or get its numbers wrong."""

import re
from collections.abc import Iterator

from pipeline.data.calls import find_calls

from .mutator import RightTurn

# The marks of a numbered list are no numbers of a summary.
_NUMBER = re.compile(r"(?<![\w.])(?<!^)\d+(?:\.\d+)?(?!\w)(?!\s?%)")


def _is_summary(turn: RightTurn) -> bool:
    return turn.number == 2 and turn.expected.wants == "answer"


def _answers_to_others(turn: RightTurn) -> Iterator[str]:
    for answer in turn.answers:
        if answer.case != turn.case.id and len(answer.turns) >= turn.number:
            text = answer.turns[turn.number - 1]
            if not find_calls(text):
                yield text


def off_topic(turn: RightTurn) -> str | None:
    """Answer fluently and beside the point."""
    if turn.expected.wants == "call":
        return None
    return "There are good reasons for either way, and most teams settle on what they know."


def answer_to_another(turn: RightTurn) -> str | None:
    """Give the right answer to another case."""
    if turn.expected.wants == "call":
        return None
    others = [
        answer
        for answer in _answers_to_others(turn)
        if not any(word.lower() in answer.lower() for word in turn.keywords)
    ]
    return others[0] if others else None


def keyword_heap(turn: RightTurn) -> str | None:
    """Heap up every keyword."""
    if turn.expected.wants == "call" or len(set(turn.keywords)) < 3:
        return None
    return ", ".join(turn.keywords)


def too_few_facts(turn: RightTurn) -> str | None:
    """Tell one fact fewer than is needed."""
    if not _is_summary(turn) or turn.expected.keywords_needed < 2:
        return None
    entries = [entry.split("|")[0].strip() for entry in turn.expected.keywords]
    told = " and ".join(entries[: turn.expected.keywords_needed - 1])
    text = f"What the tool found concerns {told}, as far as anyone can tell."
    return text if sum(entry.lower() in text.lower() for entry in entries) == 1 else None


def wrong_numbers(turn: RightTurn) -> str | None:
    """Tell every number wrong by one."""
    if not _is_summary(turn):
        return None
    text = _NUMBER.sub(lambda found: _next(found.group()), turn.text)
    return None if text == turn.text else text


def _next(number: str) -> str:
    whole, dot, rest = number.partition(".")
    return f"{int(whole) + 1}{dot}{rest}"


def copied_result(turn: RightTurn) -> str | None:
    """Copy the tool's result instead of telling it."""
    if not _is_summary(turn) or turn.case.second_turn is None:
        return None
    return turn.suite.responses[turn.case.second_turn.response]
