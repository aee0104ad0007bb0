"""Words, and names of what code defines."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import TypeVar

from .vocabulary import vocabulary

Item = TypeVar("Item")

TYPES = (
    *("int", "str", "float", "bool", "bytes", "Decimal", "Path", "date", "datetime", "UUID"),
    *("list[str]", "list[int]", "dict[str, int]", "set[str]", "tuple[int, ...]", "Iterator[str]"),
)


class _Filling(Mapping[str, object]):
    """What a template is filled with: what is given, else what the maker makes up."""

    def __init__(self, maker: "Symbols", given: Mapping[str, object]) -> None:
        self.maker = maker
        self.made = dict(given)

    def __getitem__(self, name: str) -> object:
        if name not in self.made:
            self.made[name] = getattr(self.maker, name.removeprefix("other_"))()
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)


class Symbols:
    """What is chosen by random numbers: words, and names of functions, classes and variables."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.words = vocabulary()

    # Choosing

    def pick(self, choices: Sequence[Item]) -> Item:
        """Return one of the choices."""
        return choices[int(self.random.random() * len(choices))]

    def some(self, choices: Sequence[Item], count: int) -> list[Item]:
        """Return so many different ones of the choices, in random order."""
        return self.random.sample(choices, count)

    def chance(self, share: float) -> bool:
        """Return True this share of the time."""
        return self.random.random() < share

    def fraction(self) -> float:
        """Return a number from 0 up to 1."""
        return self.random.random()

    def number(self, low: int = 2, high: int = 40) -> int:
        """Return a whole number between two, both included."""
        return self.random.randint(low, high)

    def fill(self, template: str, **given: object) -> str:
        """Return a template with its {names} filled: by what is given, else made up here.

        A name is any of the methods without parameters; {other_name} is one more of it.
        """
        return template.format_map(_Filling(self, given))

    def say(self, templates: Sequence[str], **given: object) -> str:
        """Return one of the templates, filled."""
        return self.fill(self.pick(templates), **given)

    # Words

    def noun(self) -> str:
        """Return a noun."""
        return self.pick(self.words.nouns)

    def plural(self) -> str:
        """Return a noun in the plural."""
        noun = self.noun()
        if noun.endswith(("s", "x", "ch", "sh", "tch")):
            return noun + "es"
        if noun.endswith("y") and noun[-2] not in "aeiou":
            return noun[:-1] + "ies"
        return {"leaf": "leaves", "shelf": "shelves", "person": "people"}.get(noun, noun + "s")

    def verb(self) -> str:
        """Return a verb in its plain form."""
        return self.pick(self.words.verbs)

    def adjective(self) -> str:
        """Return an adjective."""
        return self.pick(self.words.adjectives)

    def word(self) -> str:
        """Return a word that a module or package may be called."""
        return self.pick(self.pick((self.words.modules, self.words.nouns, self.words.packages)))

    def role(self) -> str:
        """Return what a class is for, as one small word."""
        return self.pick(self.words.class_roles).lower()

    def library(self) -> str:
        """Return the name of a public Python package."""
        return self.pick(self.words.libraries)

    def type(self) -> str:
        """Return a type as it stands in an annotation."""
        return self.pick(TYPES)

    def version(self) -> str:
        """Return a version number."""
        return ".".join(str(self.number(0, 9)) for _ in range(self.pick((2, 3, 3))))

    # Symbols

    def function(self) -> str:
        """Return the name of a function or method."""
        words = self.words
        shape = self.random.random()
        verb, noun = self.verb(), self.noun()
        if shape < 0.5:
            return f"{verb}_{noun}"
        if shape < 0.66:
            return f"{verb}_{self.adjective()}_{noun}"
        if shape < 0.76:
            return f"_{verb}_{noun}"
        if shape < 0.82:
            return f"{noun}_{self.pick(('from', 'to', 'of', 'for', 'by'))}_{self.noun()}"
        if shape < 0.87:
            return f"is_{self.adjective()}_{noun}"
        if shape < 0.92:
            return verb
        if shape < 0.95:
            return f"{verb}{noun.title()}"
        return self.pick(words.odd_functions)

    def class_name(self) -> str:
        """Return the name of a class."""
        shape = self.random.random()
        noun, role = self.noun().title(), self.pick(self.words.class_roles)
        if shape < 0.45:
            return noun + role
        if shape < 0.65:
            return self.adjective().title() + noun + role
        if shape < 0.8:
            return self.adjective().title() + noun
        if shape < 0.88:
            return self.verb().title() + noun + "Error"
        if shape < 0.93:
            return noun + self.noun().title() + role
        if shape < 0.96:
            return "_" + noun + role
        return self.pick(self.words.odd_classes)

    def constant(self) -> str:
        """Return the name of a constant."""
        first = self.pick((self.adjective(), self.noun(), self.verb(), "max", "min", "default"))
        return f"{first}_{self.noun()}".upper()

    def variable(self) -> str:
        """Return the name of a variable, argument or attribute."""
        shape = self.random.random()
        if shape < 0.3:
            return self.noun()
        if shape < 0.5:
            return self.plural()
        if shape < 0.75:
            return f"{self.adjective()}_{self.noun()}"
        return f"{self.noun()}_{self.pick((self.noun(), 'id', 'count', 'by_name', 'at', 'map'))}"

    def symbol(self) -> str:
        """Return the name of anything that code can define."""
        makers = (self.function, self.function, self.class_name, self.class_name, self.variable)
        return self.pick((*makers, self.constant))()
