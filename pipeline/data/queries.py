"""Finding the suite's queries again in training data, word for word or nearly."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

# The share of words that two texts have in common from which they are nearly the same.
NEARLY = 0.75

# Bytes of words, with capitals made small; whatever else ASCII has stands between words.
_TO_WORDS = bytes(
    (ord(chr(code).lower()) if chr(code).isalnum() or code == 0x5F else 0x20)
    if code < 128
    else code
    for code in range(256)
)


class Match(NamedTuple):
    """The case whose query a text is; `exact` when the words are the same in the same order."""

    case: str
    exact: bool


def words_of(text: str) -> list[bytes]:
    """Return the words of a text: no case, no punctuation."""
    return text.encode("utf-8", "replace").translate(_TO_WORDS).split()


class QueryIndex:
    """The queries of a suite, ready to be recognised."""

    def __init__(self, queries: Iterable[tuple[str, str]]) -> None:
        """Take (case id, query) pairs."""
        self._exact: dict[tuple[bytes, ...], str] = {}
        self._by_key_word: dict[bytes, list[tuple[str, frozenset[bytes]]]] = {}
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
        words = words_of(text)
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
