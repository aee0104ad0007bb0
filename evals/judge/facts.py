"""Telling a summary that says what a result says from one that invents, copies or stuffs."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?!\w)(?!\s?%)")
_TOLD_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LIST_MARK = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)
_RECORD = re.compile(r"\b[A-Z]\w+\(\w+=")
_INNERMOST = re.compile(r"\w+\(([^()]*)\)")
_FIELD = re.compile(r"\b(\w+)=(\d{1,9})(?![\w.])")
_PLACES = frozenset({"line", "column", "end_line", "end_column", "kind"})
_DEEPEST = 4
_WORD = re.compile(r"[^\W\d_]{2,}")


def _value(number: str) -> str:
    """Return a number in one spelling: 1,000 and 07 are 1000 and 7; a version stays as it is."""
    whole = number.replace(",", "")
    return str(int(whole)) if whole.isdigit() else whole


def _sums(told: str) -> Iterator[int]:
    """Yield what may be added up: two counts of one record, a line and the line it ends on."""
    outside = told
    for _ in range(_DEEPEST):
        for fields in _INNERMOST.findall(outside):
            numbers = {name: int(number) for name, number in _FIELD.findall(fields)}
            counts = [number for name, number in numbers.items() if name not in _PLACES]
            yield from (one + other for one, other in combinations(counts, 2))
            if "end_line" in numbers:
                yield numbers["end_line"] - numbers.get("line", 0) + 1
        outside = _INNERMOST.sub("", outside)


def _derived(told: str) -> set[str]:
    """Return the numbers that a summary may say: those told, counts, sums, roundings."""
    said = set(_TOLD_NUMBER.findall(told))
    numbers = {_value(number) for number in said}
    numbers |= {_value(part) for number in said for part in re.split("[.,]", number)}
    numbers |= {str(count) for count in range(max(2, len(_RECORD.findall(told))))}
    numbers |= {str(total) for total in _sums(told)}
    for number in said:
        if number.count(".") == 1 and "," not in number:
            numbers |= {f"{float(number):.{digits}f}" for digits in range(4)}
    return numbers


def invented_numbers(text: str, told: str) -> tuple[str, ...]:
    """Return the numbers of a summary that neither stand in what was told nor follow from it.

    Percentages and the marks of a numbered list are let go.
    """
    spoken = _NUMBER.findall(_LIST_MARK.sub("", text))
    allowed = _derived(told)
    return tuple(dict.fromkeys(number for number in spoken if _value(number) not in allowed))


def copied_record(text: str, told: str) -> str | None:
    """Return the beginning of a tool's result that a summary copies instead of telling it."""
    copied = [found.group() for found in _RECORD.finditer(told) if found.group() in text]
    return copied[0] if copied else None


def is_stuffed(text: str, keywords: Sequence[str]) -> bool:
    """Whether a text is a heap of keywords: three or more, with fewer other words than keywords."""
    present = [word for word in dict.fromkeys(keywords) if word.lower() in text.lower()]
    if len(present) < 3:
        return False
    rest = text
    for keyword in sorted(present, key=len, reverse=True):
        rest = re.sub(re.escape(keyword), " ", rest, flags=re.IGNORECASE)
    return len(_WORD.findall(rest)) < len(present)
