"""Finding the suite's queries again in training data, word for word or nearly."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

# The share of words that two texts have in common from which they are nearly the same.
NEARLY = 0.75

_TO_WORDS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
_TO_WORDS |= {code: chr(code).lower() for code in range(128) if chr(code).isupper()}


class Match(NamedTuple):
    """The case whose query a text is; `exact` when the words are the same in the same order."""

    case: str
    exact: bool


def words_of(text: str) -> list[str]:
    """Return the words of a text: no case, no punctuation."""
    return text.translate(_TO_WORDS).split()


class QueryIndex:
    """The queries of a suite, ready to be recognised."""

    def __init__(self, queries: Iterable[tuple[str, str]]) -> None:
        """Take (case id, query) pairs."""
        self._exact: dict[tuple[str, ...], str] = {}
        self._by_key_word: dict[str, list[tuple[str, frozenset[str]]]] = {}
        words = [(case, words_of(query)) for case, query in queries]
        frequency = Counter(word for _, spoken in words for word in set(spoken))
        for case, spoken in words:
            self._exact.setdefault(tuple(spoken), case)
            chosen = frozenset(spoken)
            # A text that shares NEARLY of the words cannot lack all of these rarest ones.
            missing = math.floor(len(chosen) * (1 - NEARLY))
            rarest = sorted(chosen, key=lambda word: (frequency[word], word))[: missing + 1]
            for word in rarest:
                self._by_key_word.setdefault(word, []).append((case, chosen))
        self._key_words = frozenset(self._by_key_word)
        self._longest = 2 * max((len(spoken) for _, spoken in words), default=0)

    def find(self, text: str) -> Match | None:
        """Return the query that a text is, None for any other text."""
        # A text far longer than any query is none; the limit also bounds the work on a long one.
        if len(text) > 40 * self._longest:
            return None
        words = text.translate(_TO_WORDS).split()
        if self._key_words.isdisjoint(words):
            return None
        if (case := self._exact.get(tuple(words))) is not None:
            return Match(case, exact=True)
        spoken = frozenset(words)
        for word in spoken & self._key_words:
            for case, chosen in self._by_key_word[word]:
                if len(spoken & chosen) >= NEARLY * len(spoken | chosen):
                    return Match(case, exact=False)
        return None
