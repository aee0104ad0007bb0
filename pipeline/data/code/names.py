"""Names: scopes, what a name may hold, assignment to patterns of names."""

import ast
import builtins
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from fixtures import Tool

from .values import UNKNOWN, Instance, Items, Library, Shared, ToolName, Value, Values, constant

_BUILT_IN_NAMES = frozenset(dir(builtins))
Scope = dict[str, Value]


def merged(scopes: Sequence[Scope]) -> Scope:
    """Return the scope in which a name may hold what it holds in any of several."""
    after: Scope = {}
    for scope in scopes:
        for name, value in scope.items():
            after[name] = after.get(name, UNKNOWN) | value
    return after


class Names(Values, ABC):
    """Knows what each name may hold at the point that reading has reached."""

    def __init__(self, tools: Mapping[str, Tool]) -> None:
        super().__init__()
        self.tools = tools
        self.scopes: list[Scope] = [{}]
        # The scopes of comprehensions on top of that of the function or module.
        self.comprehensions = 0
        self.running: list[ast.AST] = []
        self.outer_names: dict[tuple[ast.AST, str], int] = {}
        self.unknown_names: dict[str, None] = {}
        self.hidden: dict[str, str] = {}

    @abstractmethod
    def evaluate(self, node: ast.expr | None) -> Value:
        """Return what an expression may be."""

    def look_up(self, name: str) -> Value:
        """Return what a name may hold; a name of a tool that nothing redefines is that tool."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        if name in self.tools:
            return frozenset({ToolName(name)})
        return frozenset({Library(name)}) if name in _BUILT_IN_NAMES else UNKNOWN

    def known(self, name: str) -> bool:
        """Whether a name is defined at this point."""
        return bool(self.look_up(name)) or any(name in scope for scope in self.scopes)

    def bind(self, name: str, value: Value, how: str = "assigned", *, at: int = -1) -> None:
        """Let a name hold a value from here on; noting when it hides a tool."""
        if name in self.tools and ToolName(name) not in value:
            self.hidden[name] = how
        if self.running and at == -1:
            at = self.outer_names.get((self.running[-1], name), -1)
        self.scopes[at][name] = value

    def assign(self, target: ast.expr, value: Value) -> None:
        """Assign a value to a target: a name, a pattern of names, an element."""
        match target:
            case ast.Name(id=name):
                self.bind(name, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                stars = [n for n, part in enumerate(targets) if isinstance(part, ast.Starred)]
                star = stars[0] if stars else None
                for position, part in enumerate(targets):
                    found = self.part(value, position, len(targets), star)
                    if isinstance(part, ast.Starred):
                        rest = Shared(part)
                        self.inside[rest] = found
                        self.assign(part.value, frozenset({Items(found), rest}))
                    else:
                        self.assign(part, found)
            case ast.Subscript(value=container, slice=index):
                self.evaluate(index)
                self.add_to(self.evaluate(container), value, constant(index))
            case ast.Attribute(value=owner, attr=attribute):
                for atom in self.evaluate(owner):
                    if isinstance(atom, Instance):
                        place = (atom.node, attribute)
                        self.members[place] = self.members.get(place, UNKNOWN) | value
            case ast.Starred(value=inner):
                self.assign(inner, value)
