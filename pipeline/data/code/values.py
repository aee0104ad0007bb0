"""The abstract values that reading follows: where something may have come from."""

import ast
import types
import typing
from dataclasses import dataclass
from typing import Any

from fixtures import Record


class CodeTooComplexError(ValueError):
    """The code is longer, deeper or more tangled than reading it is worth."""


@dataclass(frozen=True)
class ToolCall:
    """A tool that the code calls, the line of the call, and what is wrong with its arguments."""

    tool: str
    line: int
    problem: str | None


@dataclass(frozen=True)
class Origin:
    """A value that came out of a tool: the path it was read by, and its declared type."""

    path: str
    annotation: Any


@dataclass(frozen=True)
class ToolName:
    """A tool itself, not yet called."""

    name: str


@dataclass(frozen=True)
class Library:
    """Something built in or imported, by the last part of its name."""

    name: str


@dataclass(frozen=True)
class Items:
    """A container that is not changed: what its elements may be."""

    element: "Value"


@dataclass(frozen=True)
class Parts:
    """A list or tuple as it is written down: what each position may be."""

    parts: tuple["Value", ...]


@dataclass(frozen=True)
class Keyed:
    """A dict as it is written down: what stands at each constant key, and at the others."""

    entries: tuple[tuple[object, "Value"], ...]
    others: "Value"

    def at(self, key: object) -> "Value":
        """Return what stands at a constant key."""
        return self.others.union(*(value for name, value in self.entries if name == key))


@dataclass(frozen=True)
class Shared:
    """A container that the code builds at a place and may add to by any of its names."""

    node: ast.AST
    mapping: bool = False


@dataclass(frozen=True)
class Function:
    """A function or lambda of the code, the number of scopes it sees, and its default values."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    depth: int
    defaults: tuple[tuple[str, "Value"], ...] = ()


@dataclass(frozen=True)
class Partial:
    """Something to be called whose first arguments are given: a bound method, a partial."""

    function: "Value"
    arguments: tuple["Value", ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Getter:
    """A function that reads attributes of its argument, from operator.attrgetter."""

    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Class:
    """A class of the code."""

    node: ast.ClassDef


@dataclass(frozen=True)
class Instance:
    """An object of a class of the code; all objects of a class are taken as one."""

    node: ast.ClassDef


Atom = (
    Origin
    | ToolName
    | Library
    | Items
    | Parts
    | Keyed
    | Shared
    | Function
    | Partial
    | Getter
    | Class
    | Instance
)
Value = frozenset[Atom]
UNKNOWN: Value = frozenset()


def without_none(annotation: object) -> object:
    """Return the type that an optional annotation holds."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        kept = [part for part in typing.get_args(annotation) if part is not type(None)]
        return kept[0] if len(kept) == 1 else annotation
    return annotation


def _plain_type(annotation: object) -> type | None:
    found = typing.get_origin(annotation) or annotation
    return found if isinstance(found, type) else None


def is_record(atom: Atom) -> bool:
    """Whether a value is a tool's result, or a part of one, with fields of its own."""
    plain = _plain_type(atom.annotation) if isinstance(atom, Origin) else None
    return plain is not None and issubclass(plain, Record)


def constant(node: ast.expr) -> object:
    """Return a constant index or key, None where it is not one."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant(node.operand)
        return -value if isinstance(value, int) else None
    return node.value if isinstance(node, ast.Constant) else None


class Values:
    """What is known of values: the fields read from them, and the accesses they do not offer."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.unknown_reads: dict[str, None] = {}
        self.inside: dict[Shared, Value] = {}
        self.at_key: dict[Shared, dict[object, Value]] = {}
        self.members: dict[tuple[ast.ClassDef, str], Value] = {}

    def add_to(self, container: Value, element: Value, key: object = None) -> None:
        """Record that a container holds an element, at a constant key where there is one."""
        for atom in container:
            if isinstance(atom, Shared) and key is None:
                self.inside[atom] = self.inside.get(atom, UNKNOWN) | element
            elif isinstance(atom, Shared):
                entries = self.at_key.setdefault(atom, {})
                entries[key] = entries.get(key, UNKNOWN) | element

    def elements(self, value: Value) -> Value:
        """Return what iterating over a value yields."""
        found: set[Atom] = set()
        for atom in value:
            match atom:
                case Items(element=element):
                    found |= element
                case Parts(parts=parts):
                    found = found.union(*parts)
                case Shared(mapping=False):
                    found |= self.inside.get(atom, UNKNOWN)
                case Origin(path=path, annotation=annotation):
                    plain = _plain_type(annotation)
                    if plain is list:
                        found |= {Origin(path, part) for part in typing.get_args(annotation)}
                    elif plain is not None and not hasattr(plain, "__getitem__"):
                        self._note(value, f"{_named(path, plain)}: it cannot be iterated")
        return frozenset(found)

    def contents(self, value: Value) -> Value:
        """Return what a container holds: the values of a dict, the elements of all others."""
        found: set[Atom] = set(self.elements(value))
        for atom in value:
            if isinstance(atom, Keyed):
                found = found.union(atom.others, *(entry for _, entry in atom.entries))
            elif isinstance(atom, Shared):
                found |= self.inside.get(atom, UNKNOWN)
                found = found.union(*self.at_key.get(atom, {}).values())
        return frozenset(found)

    def part(self, value: Value, position: int, targets: int, star: int | None) -> Value:
        """Return what unpacking to so many targets puts at a position; `star` takes the rest."""
        found: set[Atom] = set()
        for atom in value:
            if isinstance(atom, Parts) and (star is not None or len(atom.parts) == targets):
                behind = targets - 1 - position
                if position == star:
                    middle = atom.parts[position : len(atom.parts) - behind]
                    found = found.union(*middle)
                elif star is not None and position > star:
                    found |= atom.parts[-1 - behind] if behind < len(atom.parts) else UNKNOWN
                else:
                    found |= atom.parts[position] if position < len(atom.parts) else UNKNOWN
            else:
                found |= self.elements(frozenset({atom}))
        return frozenset(found)

    def _note(self, value: Value, sentence: str) -> None:
        # What may also be something else is not known to lack the access.
        if all(isinstance(atom, Origin) for atom in value):
            self.unknown_reads[sentence] = None

    def read_attribute(self, value: Value, name: str) -> Value:
        """Return what an attribute may be, noting the field read or that there is none.

        Of a value that may be one of several results, one that has the field is enough.
        """
        found: set[Atom] = set()
        lacking: list[str] = []
        for atom in value:
            match atom:
                case Library():
                    found.add(Library(name))
                case Instance(node=node) | Class(node=node):
                    for member in self.members.get((node, name), UNKNOWN):
                        method = isinstance(member, Function) and isinstance(atom, Instance)
                        bound = Partial(frozenset({member}), (frozenset({atom}),))
                        found.add(bound if method else member)
                case Origin(path=path, annotation=annotation):
                    plain = _plain_type(without_none(annotation))
                    if plain is not None and issubclass(plain, Record):
                        field = plain.model_fields.get(name)
                        if field is not None:
                            self.reads.add(f"{path}.{name}")
                            found.add(Origin(f"{path}.{name}", without_none(field.annotation)))
                            continue
                        fields = ", ".join(plain.model_fields)
                        lacking.append(f"{plain.__name__} has no field {name!r}; it has {fields}")
                    elif plain is not None and not hasattr(plain, name):
                        lacking.append(f"{_named(path, plain)}: it has no field {name!r}")
        if len(lacking) == len(value):
            self.unknown_reads |= dict.fromkeys(lacking)
        return frozenset(found)

    def read_index(self, value: Value, index: ast.expr) -> Value:
        """Return what indexing or slicing may yield."""
        found: set[Atom] = set()
        key = constant(index)
        for atom in value:
            match atom:
                case Origin(path=path, annotation=annotation):
                    plain = _plain_type(annotation)
                    if plain is not None and issubclass(plain, Record):
                        self._note(value, f"{plain.__name__} cannot be indexed: read its fields")
                    elif plain is list and isinstance(key, str):
                        self._note(value, f"{path} is a list: it has no key {key!r}")
                    elif plain is not None and not hasattr(plain, "__getitem__"):
                        self._note(value, f"{_named(path, plain)}: it cannot be indexed")
                    elif isinstance(index, ast.Slice):
                        found.add(atom)
                    else:
                        found |= self.elements(frozenset({atom}))
                case _ if isinstance(index, ast.Slice):
                    found |= {atom, Items(self.elements(frozenset({atom})))} - _written_down(atom)
                case Parts(parts=parts) if isinstance(key, int) and -len(parts) <= key < len(parts):
                    found |= parts[key]
                case Keyed() if key is not None:
                    found |= atom.at(key)
                case Shared(mapping=True) if key is not None:
                    found |= self.inside.get(atom, UNKNOWN)
                    found |= self.at_key.get(atom, {}).get(key, UNKNOWN)
                case _:
                    found |= self.contents(frozenset({atom}))
        return frozenset(found)


def _named(path: str, plain: type) -> str:
    if issubclass(plain, Record):
        return f"{plain.__name__} is no list"
    kind = {str: "text", int: "an int"}.get(plain, f"a {plain.__name__}")
    return f"{path} is {kind}"


def _written_down(atom: Atom) -> set[Atom]:
    # A slice of a list has other positions than the list.
    return {atom} if isinstance(atom, Parts) else set()
