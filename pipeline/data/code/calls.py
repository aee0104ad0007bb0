"""Following calls: of tools, of functions of the code, of what Python brings along."""

import ast
from abc import abstractmethod
from collections.abc import Mapping, Sequence

from fixtures import Tool

from .library import LIBRARY, METHODS, Arguments
from .names import Names, Scope
from .values import (
    UNKNOWN,
    Atom,
    Class,
    Function,
    Getter,
    Instance,
    Items,
    Library,
    Origin,
    Partial,
    ToolCall,
    ToolName,
    Value,
    is_record,
)

# A function that calls itself is followed so often, which reads what hangs below an element.
_DEPTH_OF_RECURSION = 2


class Calls(Names):
    """Follows calls to what they may return."""

    def __init__(self, tools: Mapping[str, Tool]) -> None:
        super().__init__(tools)
        self.calls: dict[tuple[int, int, str], ToolCall] = {}
        self.returned: list[Value] = []
        self.exits: list[list[Scope]] = []

    @abstractmethod
    def run(self, statements: Sequence[ast.stmt]) -> bool:
        """Follow the statements of a function body."""

    def call(self, target: Value, arguments: Arguments) -> Value:
        """Call whatever the target may be."""
        found: set[Atom] = set()
        for atom in target:
            match atom:
                case ToolName(name=name):
                    found |= self._call_tool(name, arguments)
                case Function():
                    found |= self._call_function(atom, arguments)
                case Library(name=name):
                    if name in LIBRARY:
                        found |= LIBRARY[name](self, arguments)
                case Partial(function=function, arguments=given, names=names):
                    more = dict.fromkeys(names, UNKNOWN) | arguments.names
                    values = (*given, *arguments.values)
                    found |= self.call(function, arguments._replace(values=values, names=more))
                case Getter(attributes=attributes):
                    for path in attributes:
                        value = arguments.first
                        for attribute in path.split("."):
                            value = self.read_attribute(value, attribute)
                        found |= value
                case Class(node=node):
                    found |= self._call_class(node, arguments)
        return frozenset(found)

    def apply(self, function: Value, elements: Sequence[Value], node: ast.Call) -> Value:
        """Call what was passed as a function (`map`, `key=`) with elements of a container."""
        return self.call(function, Arguments(tuple(elements), {}, node))

    def call_method(self, method: ast.Attribute, arguments: Arguments) -> Value:
        """Return what a method makes of its owner: containers of the code, or a tool result."""
        owner = self.evaluate(method.value)
        if method.attr in METHODS and not any(
            isinstance(atom, Library | Instance | Class) for atom in owner
        ):
            self.read_attribute(owner, method.attr)
            containers = frozenset(atom for atom in owner if not is_record(atom))
            return METHODS[method.attr](self, containers, arguments)
        return self.call(self.read_attribute(owner, method.attr), arguments)

    def _call_tool(self, name: str, arguments: Arguments) -> Value:
        """Note the call of a tool, held against its signature, and return its result."""
        tool = self.tools[name]
        problem = None
        if arguments.exact:
            try:
                tool.signature.bind(*arguments.values, **arguments.names)
            except TypeError as mismatch:
                problem = f"{name}{tool.parameters}: {mismatch}"
        node = arguments.node
        self.calls[node.lineno, node.col_offset, name] = ToolCall(name, node.lineno, problem)
        return frozenset({Origin(name, tool.result)})

    def _call_class(self, node: ast.ClassDef, arguments: Arguments) -> Value:
        made = frozenset({Instance(node)})
        start = self.members.get((node, "__init__"), UNKNOWN)
        if start:
            values = (made, *arguments.values)
            self.call(start, arguments._replace(values=values))
            return made
        # A dataclass or a named tuple: its annotated names take the arguments.
        names = [
            part.target.id
            for part in node.body
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        ]
        given = dict(zip(names, arguments.values, strict=False)) | arguments.names
        for name, value in given.items():
            self.members[node, name] = self.members.get((node, name), UNKNOWN) | value
        return made

    def _call_function(self, function: Function, arguments: Arguments) -> Value:
        """Follow the body of a function of the code and return what it may return."""
        node = function.node
        if sum(node is active for active in self.running) >= _DEPTH_OF_RECURSION:
            return UNKNOWN
        outside = (self.scopes, self.returned, self.exits, self.comprehensions)
        self.scopes = [*self.scopes[: function.depth], _scope_of(function, arguments)]
        self.returned, self.exits, self.comprehensions = [], [], 0
        self.running.append(node)
        if isinstance(node, ast.Lambda):
            self.returned.append(self.evaluate(node.body))
        else:
            self.run(node.body)
        result = UNKNOWN.union(*self.returned)
        self.running.pop()
        self.scopes, self.returned, self.exits, self.comprehensions = outside
        return result


def _scope_of(function: Function, arguments: Arguments) -> Scope:
    declared = function.node.args
    names = [argument.arg for argument in [*declared.posonlyargs, *declared.args]]
    scope: Scope = dict.fromkeys([*names, *(a.arg for a in declared.kwonlyargs)], UNKNOWN)
    scope.update(function.defaults)
    scope.update(zip(names, arguments.values, strict=False))
    scope.update({name: value for name, value in arguments.names.items() if name in scope})
    if declared.vararg:
        rest = UNKNOWN.union(*arguments.values[len(names) :])
        scope[declared.vararg.arg] = frozenset({Items(rest)})
    if declared.kwarg:
        others = [value for name, value in arguments.names.items() if name not in scope]
        scope[declared.kwarg.arg] = frozenset({Items(UNKNOWN.union(*others))})
    return scope
