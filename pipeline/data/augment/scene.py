"""Scenes: invented Python projects, one for each example, with names and results to speak of."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple, cast

from fixtures import Result

from . import outcomes
from .project import Project
from .symbols import Item
from .vocabulary import OpenWords, Wordings

# How many of the folders, files and things have a name that is no word.
INVENTED = 0.25
ONSETS = (
    *("b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z"),
    *("br", "cl", "dr", "fl", "gr", "pl", "qu", "sh", "sk", "st", "th", "tr", "lm", "nd", "rt"),
)
VOWELS = ("a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ea", "io", "oo", "y")
CODAS = ("", "", "n", "r", "l", "s", "x", "t", "m", "ck", "nt", "sk", "ph")
FIRST_DAY = date(2023, 1, 9)


class Place(NamedTuple):
    """A position in a file and the symbol that stands there."""

    path: str
    line: int
    column: int
    symbol: str

    @property
    def code(self) -> str:
        """The arguments of a language server tool, as code."""
        return f'"{self.path}", {self.line}, {self.column}, "{self.symbol}"'


class Scene(Project):
    """A project with a history, and what the tools say of it.

    Two scenes made with the same state of random numbers say the same. In one style only the
    queries, arguments and results vary: the same request is always answered in the same form.
    """

    def __init__(self, random: Random, *, one_style: bool = False) -> None:
        self.one_style = one_style
        super().__init__(random)
        self._authors = [self._new_author() for _ in range(4)]
        self._today = FIRST_DAY + timedelta(days=random.randrange(1200))

    def pick(self, choices: Sequence[Item]) -> Item:
        """Return one of the choices; in one style also of further wordings, or a word of no list.

        Names that a model has seen before it need not copy; a project of its user has others.
        """
        if self.one_style and isinstance(choices, Wordings):
            return super().pick(cast("Sequence[Item]", choices.all))
        if self.one_style and isinstance(choices, OpenWords) and self.chance(INVENTED):
            return cast("Item", self.invented())
        return super().pick(choices)

    def some(self, choices: Sequence[Item], count: int) -> list[Item]:
        """Return so many different ones of the choices, in random order."""
        if self.one_style and isinstance(choices, Wordings):
            return super().some(cast("Sequence[Item]", choices.all), count)
        return super().some(choices, count)

    def invented(self) -> str:
        """Return a word of two or three syllables that means nothing."""
        syllables = (
            super(Scene, self).pick(ONSETS) + super(Scene, self).pick(VOWELS)
            for _ in range(self.number(2, 3))
        )
        return "".join(syllables) + super().pick(CODAS)

    def line(self) -> int:
        """Return the number of a line."""
        return self.number(1, self.pick((30, 120, 120, 400, 1600)))

    def column(self) -> int:
        """Return the number of a column."""
        return self.number(1, self.pick((9, 24, 24, 48, 79)))

    def place(self, symbol: str | None = None, path: str | None = None) -> Place:
        """Return a position of a symbol in a Python file."""
        return Place(path or self.path(), self.line(), self.column(), symbol or self.symbol())

    # History

    def _new_author(self) -> str:
        return f"{self.pick(self.words.first_names)} {self.pick(self.words.last_names)}"

    def author(self) -> str:
        """Return the name of one who works on the project."""
        return self.pick(self._authors)

    def date(self) -> str:
        """Return a day in the past, as 2024-05-17."""
        return (self._today - timedelta(days=self.number(0, 90))).isoformat()

    def dates(self, count: int) -> list[str]:
        """Return so many days, the latest first."""
        return sorted((self.date() for _ in range(count)), reverse=True)

    def hash(self) -> str:
        """Return the short hash of a commit."""
        return f"{self.random.getrandbits(28):07x}"

    def branch(self) -> str:
        """Return the name of a branch."""
        if self.chance(0.4):
            return self.pick(self.words.branches)
        kind = self.pick(("feature", "fix", "chore"))
        return f"{kind}/{self.verb()}-{self.noun()}"

    def commit_message(self) -> str:
        """Return the message of a commit."""
        return self.fill(outcomes.message(self, "commit"))

    def quotable_message(self) -> str:
        """Return the message of a commit that may stand between quotes, having none of its own."""
        return self.commit_message().replace('"', "")

    # Results

    def result(
        self,
        tool: str,
        /,
        *arguments: object,
        mood: outcomes.Mood = "filled",
        size: int | None = None,
        **named: object,
    ) -> Result | str:
        """Return what a tool might return for its arguments; counts and lists agree.

        `mood` says whether there is something to report ("filled": findings, failures, changes) or
        nothing ("clean"); `size` how many elements the list of a filled result has.
        """
        return outcomes.outcome(self, tool, arguments, named, mood, size)

    # Style

    @property
    def style(self) -> "Scene":
        """What chooses the form of an answer: the scene, or where there is one style, its usual."""
        return _Settled(self) if self.one_style else self


class _Settled(Scene):
    """A scene that chooses the same form each time: the first, the last number, no exception."""

    def __init__(self, scene: Scene) -> None:
        self.__dict__ = scene.__dict__

    def pick(self, choices: Sequence[Item]) -> Item:
        return choices[0]

    def chance(self, share: float) -> bool:  # noqa: ARG002
        return False

    def fraction(self) -> float:
        return 1.0

    def number(self, low: int = 2, high: int = 40) -> int:  # noqa: ARG002
        return high
