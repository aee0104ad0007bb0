"""Generating rows: as many as asked of each category, each one checked and unlike the suite."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson

from fixtures import SUITE_FOLDER, UNSEEN_SUITE_FOLDER, CallgateError, load_suite

from ..queries import QueryIndex, words_of
from .example import Ask, Back, Draft, message_of, queries_of, row_of
from .execution import check_draft
from .kind import CATEGORIES, Kind
from .kinds import all_kinds_of
from .scene import Scene

# What a balanced data set holds of each category, in percent.
WEIGHTS: Mapping[str, int] = {
    "direct_answers": 20,
    "single_tool": 11,
    "tool_identity": 10,
    "field_access": 14,
    "cross_tool": 22,
    "edge_cases": 7,
    "summary": 9,
    "chaining": 7,
}
# After so many drafts in a row that were there already, a kind has said all that it has to say.
TRIES = 60


class Example(NamedTuple):
    """A generated row, the kind that made it and the tools that its calls name."""

    row: dict[str, Any]
    kind: Kind
    tools: tuple[str, ...]


class Wish(NamedTuple):
    """So many examples of some kinds, under a name of its own."""

    name: str
    kinds: tuple[Kind, ...]
    rows: int


def share_out(count: int, weights: Mapping[str, int] = WEIGHTS) -> dict[str, int]:
    """Part a count among categories by weight; the counts add up (largest remainders)."""
    total = sum(weights.values())
    parts = {name: count * weight // total for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: -(count * weights[name] % total))
    for name in by_remainder[: count - sum(parts.values())]:
        parts[name] += 1
    return parts


class _Seen:
    """What may not be said again: queries of suites, and what users said already."""

    def __init__(self, suite: Path) -> None:
        cases = [*load_suite(suite).cases, *load_suite(UNSEEN_SUITE_FOLDER).cases]
        self.suite = QueryIndex((case.id, case.query) for case in cases)
        self.said: set[tuple[bytes, ...]] = set()

    def admits(self, draft: Draft) -> bool:
        """Whether a draft is new: its queries, with the results between them, are none of those."""
        if any(self.suite.find(query) for query in queries_of(draft)):
            return False
        heard = (message_of(step)["content"] for step in draft if isinstance(step, Ask | Back))
        said = tuple(b" ".join(words_of(text)) for text in heard)
        if said in self.said:
            return False
        self.said.add(said)
        return True


class _Turns:
    """Whose turn it is: every kind as often as its weight says, be they more than the examples."""

    def __init__(self, kinds: Sequence[Kind], random: Random) -> None:
        # Where in the row a kind comes first is chance, so that the rare ones differ by seed.
        self.due = {kind: random.random() / kind.weight for kind in kinds}

    def next(self) -> Kind:
        """Return the kind whose turn it is."""
        return min(self.due, key=lambda kind: self.due[kind])

    def took(self, kind: Kind) -> None:
        """Note that a kind has given an example."""
        self.due[kind] += 1 / kind.weight

    def ended(self, kind: Kind) -> None:
        """Note that a kind has no more to give."""
        del self.due[kind]


def _examples_of(wish: Wish, seed: int, seen: _Seen, *, one_style: bool) -> list[Example]:
    random = Random(f"{seed} {wish.name}")
    turns = _Turns(wish.kinds, random)
    found: list[Example] = []
    tries = 0
    while len(found) < wish.rows:
        if not turns.due:
            raise CallgateError(
                f"{wish.name}: {wish.rows} examples were asked for, and there are no more than "
                f"{len(found)} that differ; ask for fewer"
            )
        kind = turns.next()
        draft_seed = random.getrandbits(48)
        draft = kind.make(Scene(Random(draft_seed), one_style=one_style))
        if not seen.admits(draft):
            tries += 1
            if tries >= TRIES:
                turns.ended(kind)
                tries = 0
            continue
        tools = check_draft(draft, kind.name, kind.tools, draft_seed)
        found.append(Example(row_of(draft), kind, tools))
        turns.took(kind)
        tries = 0
    return found


def fulfil(
    wishes: Sequence[Wish], seed: int, suite: Path = SUITE_FOLDER, *, one_style: bool = False
) -> list[list[Example]]:
    """Return the examples of each wish; the same for the same seed.

    None asks a query of the suite or of the unseen one, nor nearly one; no two have the same query.
    Raises CallgateError where the kinds of a wish have fewer examples to give.
    """
    seen = _Seen(suite)
    return [_examples_of(wish, seed, seen, one_style=one_style) for wish in wishes]


def generate(
    counts: Mapping[str, int], seed: int, suite: Path = SUITE_FOLDER, *, one_style: bool = True
) -> list[Example]:
    """Return so many examples of each category, shuffled; the same for the same seed.

    They are what `fulfil` returns for the kinds of each category. Raises CallgateError for an
    unknown category, or where a category has fewer examples to give.
    """
    for category in counts:
        if category not in CATEGORIES:
            known = ", ".join(CATEGORIES)
            raise CallgateError(f"there is no category {category!r}: known are {known}")
    wishes = [Wish(name, all_kinds_of(name), counts.get(name, 0)) for name in CATEGORIES]
    return shuffled(fulfil(wishes, seed, suite, one_style=one_style), seed)


def shuffled(granted: Iterable[list[Example]], seed: int) -> list[Example]:
    """Return the examples of all wishes in an order that the seed decides."""
    found = [example for examples in granted for example in examples]
    Random(seed).shuffle(found)
    return found


def rows_as_lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """Return rows as JSON Lines."""
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)
