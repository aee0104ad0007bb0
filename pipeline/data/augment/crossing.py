"""Parts of which calls with several tools are made: sources and sinks of files, figures, lists."""

from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from fixtures.toml_files import read_toml

from .vocabulary import FOLDER, frozen, together

Part = TypeVar("Part")


@dataclass(frozen=True)
class Source:
    """A tool that finds files: how one speaks of them, and code that goes through them.

    In the code `$body` stands where something is done with each, `file` is the path there.
    """

    tool: str
    name: str
    each: tuple[str, ...]
    find: tuple[str, ...]
    which: tuple[str, ...]
    file: str
    code: tuple[str, ...]
    single: bool = False

    @property
    def for_each(self) -> tuple[str, ...]:
        """The ways to speak of the files one by one, as after "for"."""
        return together(self.each, ()).only(lambda words: words.startswith(("every", "each")))


@dataclass(frozen=True)
class Sink:
    """A tool that is called for a file: how one asks for that, and code for `$file`."""

    tool: str
    name: str
    do: tuple[str, ...]
    per: tuple[str, ...]
    ask: tuple[str, ...]
    code: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One value of a tool's result `$r`: what it is called, and the expression for it."""

    tool: str
    say: tuple[str, ...]
    value: str
    label: str = ""
    call: str = ""


@dataclass(frozen=True)
class Listing:
    """Lines of text made of a tool's result `$r`."""

    tool: str
    say: tuple[str, ...]
    loop: str
    item: str
    call: str = ""


@dataclass(frozen=True)
class Flow:
    """A call with several tools that is written by hand: queries, and codes that answer them."""

    name: str
    tools: tuple[str, ...]
    ask: tuple[str, ...]
    code: tuple[str, ...]
    subject: str = "file"


def _parts(file: str, key: str, made: type[Part]) -> tuple[Part, ...]:
    return tuple(made(**frozen(entry)) for entry in read_toml(FOLDER / "crossing" / file)[key])


@cache
def sources() -> tuple[Source, ...]:
    """Return the sources of pipes.toml."""
    return _parts("pipes.toml", "source", Source)


@cache
def sinks() -> tuple[Sink, ...]:
    """Return the sinks of pipes.toml."""
    return _parts("pipes.toml", "sink", Sink)


@cache
def figures() -> tuple[Figure, ...]:
    """Return the figures of figures.toml."""
    return _parts("figures.toml", "figure", Figure)


@cache
def listings() -> tuple[Listing, ...]:
    """Return the lists of figures.toml."""
    return _parts("figures.toml", "list", Listing)


@cache
def texts() -> tuple[Figure, ...]:
    """Return the texts of figures.toml."""
    return _parts("figures.toml", "text", Figure)


@cache
def flows() -> tuple[Flow, ...]:
    """Return the flows of flows.toml."""
    return _parts("flows.toml", "flow", Flow)
