"""Guessing the next tokens from what was said before, so that a step can read several at once.

An answer often repeats the prompt or itself. A guess is read together with the last token, and
what the model would have said is compared: tokens that agree are kept, the rest is taken back. So
the answer is the model's own whatever was guessed, and a wrong guess costs time only.
"""

from collections.abc import Sequence

# A guess follows the last place where the same run of tokens stood.
RUN = 2
WIDTHS = (1, 2, 3, 4, 6, 8, 12)
# What a step costs whatever it reads, in tokens: reading the weights once takes this many times
# as long as computing one more token with them.
STEP_COST = 14.0


class Guesser:
    """Guesses how one sequence goes on, and knows how often it was right."""

    def __init__(self) -> None:
        self.trust = 0.7  # the share of guessed tokens that were right, of late
        self._after: dict[tuple[int, ...], int] = {}
        self._seen = RUN

    def guess(self, tokens: Sequence[int], most: int) -> list[int]:
        """Return up to `most` tokens that may follow; none where nothing is repeated."""
        for end in range(self._seen, len(tokens)):
            self._after[tuple(tokens[end - RUN : end])] = end
        self._seen = max(self._seen, len(tokens))
        place = self._after.get(tuple(tokens[-RUN:]))
        if place is None:
            return []
        guessed: list[int] = []
        while len(guessed) < most:
            position = place + len(guessed)
            following = position - len(tokens)
            guessed.append(tokens[position] if following < 0 else guessed[following])
        return guessed

    def learn(self, right: bool) -> None:
        """Take note of whether a guessed token was what the model said."""
        self.trust += 0.15 * (right - self.trust)


def best_width(trusts: Sequence[float], rows: int, steps: int) -> int:
    """Return how many tokens a step should read of every row to yield the most for its time.

    `trusts` are those of the rows that have a guess; `steps` is how many lanes pay for a step.
    """

    def yielded(width: int) -> float:
        right = sum(trust**place for trust in trusts for place in range(1, width))
        return (rows + right) / (steps * STEP_COST + rows * width)

    return max(WIDTHS, key=yielded)
