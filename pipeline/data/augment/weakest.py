"""How many examples of what a model lacks, by the cases that it missed."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .generate import Wish, share_out
from .kind import CATEGORIES, Kind
from .kinds import all_kinds_of

# So many rows for each kind of two-tool code took a small model from 0 to 9 of 10 such cases.
ROWS_PER_MISS = 25

NO_TOOL = "no tool"
# Divisible by every number of tools that a case may name.
_PARTS = 60


class Standing(NamedTuple):
    """How a model stands in a category: its cases, how many passed, the tools of each miss.

    The tools of a miss are those that its case expects, every alternative included.
    """

    category: str
    cases: int
    passed: int
    missed: tuple[frozenset[str], ...]


class Proposal(NamedTuple):
    """How many examples to add for a category, in all and by tool, and why."""

    standing: Standing
    rows: int
    tools: Mapping[str, int]
    why: str


def propose(standings: Sequence[Standing]) -> list[Proposal]:
    """Propose examples for every miss, the weakest category first."""
    ordered = sorted(standings, key=lambda standing: standing.passed / standing.cases)
    return [_proposal(standing) for standing in ordered]


def _proposal(standing: Standing) -> Proposal:
    if standing.category not in CATEGORIES:
        return Proposal(standing, 0, {}, "callgate generates no examples of this category")
    count = ROWS_PER_MISS * len(standing.missed)
    weights: dict[str, int] = {}
    for tools in standing.missed:
        for tool in sorted(tools) or [NO_TOOL]:
            weights[tool] = weights.get(tool, 0) + _PARTS // max(len(tools), 1)
    shares = share_out(count, weights)
    by_tool = {
        tool: shares[tool] for tool in sorted(shares, key=lambda tool: (-shares[tool], tool))
    }
    named = ", ".join(f"{tool} {rows}" for tool, rows in by_tool.items())
    why = f"{len(standing.missed)} missed, {ROWS_PER_MISS} rows for each; by tool: {named}"
    return Proposal(standing, count, by_tool, why)


def _kinds(category: str, tool: str) -> tuple[Kind, ...]:
    """Return the kinds of a category that call a tool, or all where none says that it does."""
    kinds = all_kinds_of(category)
    fitting = tuple(
        kind for kind in kinds if tool in kind.tools or (tool == NO_TOOL and not kind.tools)
    )
    return fitting or kinds


def wishes_of(proposals: Sequence[Proposal]) -> list[Wish]:
    """Return what to wish of the generator: the examples of each category, tool by tool."""
    return [
        Wish(
            f"{proposal.standing.category}, {tool}", _kinds(proposal.standing.category, tool), count
        )
        for proposal in proposals
        for tool, count in proposal.tools.items()
    ]
