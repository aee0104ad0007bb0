"""The words and sentences that invented projects are made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Self

from fixtures.toml_files import read_toml

FOLDER = Path(__file__).parent
MORE = "_more"
OPEN = ("roots", "packages", "modules", "nouns")


class OpenWords(tuple[str, ...]):
    """Words among which there may be any other: what people call their folders and things."""


@dataclass(frozen=True)
class Vocabulary:
    """Words by what they name; `roots` and the like hold a word twice to have it twice as often."""

    roots: OpenWords
    packages: OpenWords
    modules: OpenWords
    verbs: tuple[str, ...]
    nouns: OpenWords
    adjectives: tuple[str, ...]
    class_roles: tuple[str, ...]
    odd_functions: tuple[str, ...]
    odd_classes: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    documents: tuple[str, ...]
    spaced_folders: tuple[str, ...]
    configs: tuple[str, ...]
    data_endings: tuple[str, ...]
    config_folders: tuple[str, ...]
    targets: tuple[str, ...]
    services: tuple[str, ...]
    libraries: tuple[str, ...]
    scripts: tuple[str, ...]
    branches: tuple[str, ...]


@dataclass(frozen=True)
class Complaint:
    """What a checker reports; `message` has {names} that a scene fills in."""

    code: str
    message: str
    fixable: bool = False


@dataclass(frozen=True)
class Complaints:
    """What checkers report, and messages by what says them: failed, error, commit and others."""

    type: tuple[Complaint, ...]
    lint: tuple[Complaint, ...]
    messages: dict[str, tuple[str, ...]]


class Wordings(tuple[str, ...]):
    """Ways to word something, and `all` of them: with those that only sets of one style use.

    What stands in `data/augmented` is fixed; wordings that come later must not change it.
    """

    all: tuple[str, ...]

    def __new__(cls, usual: Iterable[str], more: Iterable[str] = ()) -> Self:
        """Return `usual` as a tuple that knows `more` as well."""
        made = super().__new__(cls, usual)
        made.all = (*made, *more)
        return made

    def only(self, fits: Callable[[str], bool]) -> "Wordings":
        """Return those that fit."""
        return Wordings(filter(fits, self), filter(fits, self.all[len(self) :]))


def together(first: tuple[str, ...], second: tuple[str, ...]) -> Wordings:
    """Return the wordings of both, the usual ones before those of one style."""
    found = [Wordings(part) if not isinstance(part, Wordings) else part for part in (first, second)]
    return Wordings((*first, *second), (word for part in found for word in part.all[len(part) :]))


def frozen(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table of a TOML file with its lists as tuples, tables within it likewise.

    The list `key_more` becomes part of the list `key`, see `Wordings`. Raises ValueError where
    there is none to be part of.
    """
    for key in entry:
        if key.endswith(MORE) and key.removesuffix(MORE) not in entry:
            raise ValueError(f"{key} stands beside no {key.removesuffix(MORE)}")
    return {
        key: Wordings(value, entry[key + MORE]) if key + MORE in entry else _frozen_value(value)
        for key, value in entry.items()
        if not key.endswith(MORE)
    }


def _frozen_value(value: object) -> object:
    if isinstance(value, dict):
        return frozen(value)
    return tuple(map(_frozen_value, value)) if isinstance(value, list) else value


def _words(name: str, found: str | list[str]) -> tuple[str, ...]:
    words = found.split() if isinstance(found, str) else found
    return OpenWords(words) if name in OPEN else tuple(words)


@cache
def vocabulary() -> Vocabulary:
    """Return the words of vocabulary.toml."""
    content = read_toml(FOLDER / "vocabulary.toml")
    names = [field.name for field in fields(Vocabulary)]
    return Vocabulary(**{name: _words(name, content[name]) for name in names})  # type: ignore[arg-type]


@cache
def complaints() -> Complaints:
    """Return the sentences of complaints.toml."""
    content = read_toml(FOLDER / "complaints.toml")
    return Complaints(
        type=tuple(Complaint(**entry) for entry in content["type"]),
        lint=tuple(Complaint(**entry) for entry in content["lint"]),
        messages={name: tuple(found) for name, found in content["messages"].items()},
    )
