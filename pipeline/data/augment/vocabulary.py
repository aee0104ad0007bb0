"""The words and sentences that invented projects are made of."""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from fixtures.toml_files import read_toml

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Vocabulary:
    """Words by what they name; `roots` and the like hold a word twice to have it twice as often."""

    roots: tuple[str, ...]
    packages: tuple[str, ...]
    modules: tuple[str, ...]
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
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


def frozen(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a table of a TOML file with its lists as tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}


def _words(found: str | list[str]) -> tuple[str, ...]:
    return tuple(found.split() if isinstance(found, str) else found)


@cache
def vocabulary() -> Vocabulary:
    """Return the words of vocabulary.toml."""
    content = read_toml(FOLDER / "vocabulary.toml")
    return Vocabulary(**{field.name: _words(content[field.name]) for field in fields(Vocabulary)})


@cache
def complaints() -> Complaints:
    """Return the sentences of complaints.toml."""
    content = read_toml(FOLDER / "complaints.toml")
    return Complaints(
        type=tuple(Complaint(**entry) for entry in content["type"]),
        lint=tuple(Complaint(**entry) for entry in content["lint"]),
        messages={name: tuple(found) for name, found in content["messages"].items()},
    )
