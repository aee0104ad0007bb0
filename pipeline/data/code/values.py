"""The abstract values that reading follows: where something may have come from."""

import ast
import types
import typing
from dataclasses import dataclass
from typing import Any, TypeVar

from fixtures import Record, element_model

Branch = TypeVar("Branch")


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
class Items:
    """A container the code built: what its elements may be."""

    element: "Value"


@dataclass(frozen=True)
class Parts:
    """A tuple the code built: what each position may be."""

    parts: tuple["Value", ...]


@dataclass(frozen=True)
class Function:
    """A function or lambda that the code defines."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


Atom = Origin | ToolName | Items | Parts | Function
Value = frozenset[Atom]
UNKNOWN: Value = frozenset()


def _without_none(annotation: object) -> object:
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        kept = [part for part in typing.get_args(annotation) if part is not type(None)]
        return kept[0] if len(kept) == 1 else annotation
    return annotation


def _plain_type(annotation: object) -> type | None:
    found = typing.get_origin(annotation) or annotation
    return found if isinstance(found, type) else None


def live_branches(test: ast.expr, if_true: list[Branch], if_false: list[Branch]) -> list[Branch]:
    """Return the branches that a condition can reach: a constant reaches one of them."""
    if isinstance(test, ast.Constant):
        return if_true if test.value else if_false
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return live_branches(test.operand, if_false, if_true)
    return [*if_true, *if_false]


class Values:
    """What is known of values: the fields read from them, and the accesses they do not offer."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.unknown_reads: dict[str, None] = {}

    def part(self, value: Value, position: int | None, length: int) -> Value:
        """Return what unpacking puts at a position; None stands for the starred rest."""
        found: set[Atom] = set()
        for atom in value:
            if isinstance(atom, Parts) and position is not None and len(atom.parts) == length:
                found |= atom.parts[position]
            else:
                found |= self.element(frozenset({atom}))
        return frozenset(found)

    def element(self, value: Value) -> Value:
        """Return what iterating over a value yields."""
        found: set[Atom] = set()
        for atom in value:
            match atom:
                case Items(element=element):
                    found |= element
                case Parts(parts=parts):
                    found = found.union(*parts)
                case Origin(path=path, annotation=annotation):
                    if typing.get_origin(annotation) is list:
                        found.add(Origin(path, typing.get_args(annotation)[0]))
                    elif model := element_model(annotation):
                        self.note_unknown(f"{model.__name__} is not a list: it cannot be iterated")
        return frozenset(found)

    def note_unknown(self, sentence: str) -> None:
        """Note an access that a result does not offer."""
        self.unknown_reads[sentence] = None

    def read_attribute(self, value: Value, name: str) -> Value:
        """Return what an attribute may be, noting the field read or that there is none."""
        found: set[Atom] = set()
        for atom in value:
            if not isinstance(atom, Origin):
                continue
            annotation = _without_none(atom.annotation)
            plain = _plain_type(annotation)
            if plain is not None and issubclass(plain, Record):
                field = plain.model_fields.get(name)
                if field is None:
                    fields = ", ".join(plain.model_fields)
                    self.note_unknown(f"{plain.__name__} has no field {name!r}; it has {fields}")
                    continue
                path = f"{atom.path}.{name}"
                self.reads.add(path)
                found.add(Origin(path, _without_none(field.annotation)))
            elif plain is not None and not hasattr(plain, name):
                kind = "text" if plain is str else f"a {plain.__name__}"
                self.note_unknown(f"{atom.path} is {kind}: it has no field {name!r}")
        return frozenset(found)

    def read_index(self, value: Value, node: ast.Subscript) -> Value:
        """Return what indexing or slicing may yield."""
        found: set[Atom] = set()
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        for atom in value:
            match atom:
                case Origin(annotation=annotation) if isinstance(annotation, type) and issubclass(
                    annotation, Record
                ):
                    self.note_unknown(f"{annotation.__name__} cannot be indexed: read its fields")
                case Parts(parts=parts) if isinstance(index, int) and abs(index) < len(parts):
                    found |= parts[index]
                case _ if isinstance(node.slice, ast.Slice):
                    found.add(atom)
                case _:
                    found |= self.element(frozenset({atom}))
        return frozenset(found)
