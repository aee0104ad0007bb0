"""Numbers on a command line, each with a sentence for what is none."""

import argparse
from collections.abc import Callable
from math import inf
from typing import TypeVar

Number = TypeVar("Number", int, float)


def _number(
    text: str, read: Callable[[str], Number], fits: Callable[[Number], bool], what: str
) -> Number:
    try:
        number = read(text)
    except ValueError:
        number = None
    if number is None or not fits(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return number


def temperature(text: str) -> float:
    """Return the temperature that a text means; raises ArgumentTypeError."""
    return _number(text, float, lambda number: 0 <= number < inf, "a number of at least 0")


def probability(text: str) -> float:
    """Return the probability that a text means; raises ArgumentTypeError."""
    return _number(text, float, lambda number: 0 < number <= 1, "a number over 0 and up to 1")


def positive(text: str) -> int:
    """Return the whole number above 0 that a text means; raises ArgumentTypeError."""
    return _number(text, int, lambda number: number >= 1, "a whole number of at least 1")
