"""Following expressions: names, calls, comprehensions."""

import ast
import builtins
from collections.abc import Sequence

from fixtures import TOOLS

from .values import (
    UNKNOWN,
    Atom,
    CodeTooComplexError,
    Function,
    Items,
    Origin,
    Parts,
    ToolCall,
    ToolName,
    Value,
    Values,
    live_branches,
)

# Code that models write is far below this; what exceeds it is refused, not read for minutes.
MAX_STEPS = 20_000

_KEEP_ELEMENTS = {"sorted", "list", "set", "tuple", "reversed", "iter", "frozenset", "deque"}
_PICK_ELEMENT = {"max", "min", "next"}
_BUILT_IN_NAMES = frozenset(dir(builtins))


class Expressions(Values):
    """Evaluates expressions to what they may be, noting every tool call on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.scopes: list[dict[str, Value]] = [{}]
        self.calls: dict[tuple[int, int, str], ToolCall] = {}
        self.unknown_names: dict[str, None] = {}
        self.hidden: dict[str, str] = {}
        self.steps = 0
        self.running: list[ast.AST] = []
        self.returned: list[Value] = []

    def run(self, statements: Sequence[ast.stmt]) -> bool:
        """Follow the statements of a function body."""
        raise NotImplementedError

    def look_up(self, name: str) -> Value:
        """Return what a name may hold; a name of a tool that nothing redefines is that tool."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        if name in TOOLS:
            return frozenset({ToolName(name)})
        return UNKNOWN

    def known(self, name: str) -> bool:
        """Whether a name is defined at this point."""
        return name in _BUILT_IN_NAMES or name in TOOLS or any(name in s for s in self.scopes)

    def bind(self, name: str, value: Value, how: str = "assigned") -> None:
        """Let a name hold a value from here on; noting when it hides a tool."""
        if name in TOOLS and ToolName(name) not in value:
            self.hidden[name] = how
        self.scopes[-1][name] = value

    def assign(self, target: ast.expr, value: Value) -> None:
        """Assign a value to a target: a name, a pattern of names, an element."""
        match target:
            case ast.Name(id=name):
                self.bind(name, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for position, part in enumerate(targets):
                    starred = isinstance(part, ast.Starred)
                    found = self.part(value, None if starred else position, len(targets))
                    self.assign(
                        part.value if isinstance(part, ast.Starred) else part,
                        frozenset({Items(found)}) if starred else found,
                    )
            case ast.Subscript(value=container, slice=index):
                self.evaluate(index)
                self.add_to(container, value)
            case ast.Attribute(value=owner):
                self.evaluate(owner)
            case ast.Starred(value=inner):
                self.assign(inner, value)

    def add_to(self, container: ast.expr, element: Value) -> None:
        """Record that a container holds an element: `d[k].append(e)` makes d hold lists of e."""
        match container:
            case ast.Name(id=name):
                for scope in reversed(self.scopes):
                    if name in scope:
                        scope[name] |= {Items(element)}
                        return
            case (
                ast.Subscript(value=outer)
                | ast.Call(func=ast.Attribute(value=outer, attr="setdefault" | "get"))
            ):
                self.add_to(outer, frozenset({Items(element)}))

    def call_tool(self, name: str, node: ast.Call) -> Value:
        """Note the call of a tool, held against its signature, and return its result."""
        tool = TOOLS[name]
        problem = None
        if not any(isinstance(argument, ast.Starred) for argument in node.args) and all(
            keyword.arg for keyword in node.keywords
        ):
            names = {str(keyword.arg): None for keyword in node.keywords}
            try:
                tool.signature.bind(*node.args, **names)
            except TypeError as mismatch:
                problem = f"{name}{tool.signature}: {mismatch}"
        self.calls[node.lineno, node.col_offset, name] = ToolCall(name, node.lineno, problem)
        return frozenset({Origin(name, tool.result)})

    def call_function(
        self, function: Function, arguments: Sequence[Value], keywords: dict[str, Value]
    ) -> Value:
        """Follow the body of a function of the code and return what it may return."""
        node = function.node
        if any(node is active for active in self.running):
            return UNKNOWN
        names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
        scope = dict.fromkeys([*names, *(a.arg for a in node.args.kwonlyargs)], UNKNOWN)
        scope.update(zip(names, arguments, strict=False))
        scope.update({name: value for name, value in keywords.items() if name in scope})
        if node.args.vararg:
            rest = frozenset(atom for value in arguments[len(names) :] for atom in value)
            scope[node.args.vararg.arg] = frozenset({Items(rest)})
        if node.args.kwarg:
            scope[node.args.kwarg.arg] = UNKNOWN
        self.running.append(node)
        self.scopes.append(scope)
        outer, self.returned = self.returned, []
        if isinstance(node, ast.Lambda):
            self.returned.append(self.evaluate(node.body))
        else:
            self.run(node.body)
        result = UNKNOWN.union(*self.returned)
        self.returned = outer
        self.scopes.pop()
        self.running.pop()
        return result

    def call(
        self,
        target: Value,
        node: ast.Call,
        arguments: Sequence[Value],
        keywords: dict[str, Value],
    ) -> Value:
        """Call whatever the target may be."""
        found: set[Atom] = set()
        for atom in target:
            if isinstance(atom, ToolName):
                found |= self.call_tool(atom.name, node)
            elif isinstance(atom, Function):
                found |= self.call_function(atom, arguments, keywords)
        return frozenset(found)

    def apply(self, function: Value, elements: Sequence[Value], node: ast.Call) -> Value:
        """Call what was passed as a function (`map`, `key=`) with elements of a container."""
        found: set[Atom] = set()
        for atom in function:
            if isinstance(atom, ToolName):
                place = (node.lineno, node.col_offset, atom.name)
                self.calls[place] = ToolCall(atom.name, node.lineno, None)
                found.add(Origin(atom.name, TOOLS[atom.name].result))
            elif isinstance(atom, Function):
                found |= self.call_function(atom, elements, {})
        return frozenset(found)

    def call_builtin(
        self, name: str, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.Call
    ) -> Value:
        """Return what a built-in function makes of its arguments."""
        first = arguments[0] if arguments else UNKNOWN
        key = keywords.get("key", UNKNOWN)
        if name in ("map", "filter") and len(arguments) > 1:
            elements = [self.element(argument) for argument in arguments[1:]]
            mapped = self.apply(first, elements, node)
            return frozenset({Items(mapped if name == "map" else elements[0])})
        if name in _KEEP_ELEMENTS:
            self.apply(key, [self.element(first)], node)
            return frozenset({Items(self.element(first))})
        if name in _PICK_ELEMENT:
            inside = self.element(first) if len(arguments) == 1 or name == "next" else UNKNOWN
            chosen = inside.union(*(arguments[1:] if name == "next" else ()))
            if len(arguments) > 1 and name != "next":
                chosen = frozenset().union(*arguments)
            self.apply(key, [chosen], node)
            return chosen
        if name == "enumerate":
            return frozenset({Items(frozenset({Parts((UNKNOWN, self.element(first)))}))})
        if name == "zip":
            parts = tuple(self.element(argument) for argument in arguments)
            return frozenset({Items(frozenset({Parts(parts)}))})
        if name == "getattr" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            return self.read_attribute(first, str(node.args[1].value)).union(*arguments[2:])
        return UNKNOWN

    def call_method(
        self, node: ast.Call, method: ast.Attribute, arguments: Sequence[Value]
    ) -> Value:
        """Return what a method makes of its owner: containers of the code, or a tool result."""
        owner = self.evaluate(method.value)
        if method.attr in ("append", "add", "insert", "appendleft") and arguments:
            self.add_to(method.value, arguments[-1])
        elif method.attr in ("extend", "update") and arguments:
            self.add_to(method.value, self.element(arguments[0]))
        elif method.attr == "setdefault" and len(arguments) > 1:
            self.add_to(method.value, arguments[1])
        made = frozenset(atom for atom in owner if isinstance(atom, Items | Parts))
        if method.attr == "items":
            return frozenset({Items(frozenset({Parts((UNKNOWN, self.element(made)))}))})
        if method.attr in ("values", "copy"):
            return made
        if method.attr in ("get", "pop", "setdefault", "popleft") and made:
            return self.element(made).union(*arguments[1:])
        return self.call(self.read_attribute(owner, method.attr), node, arguments, {})

    def evaluate_call(self, node: ast.Call) -> Value:
        """Return what a call may return."""
        arguments = [
            self.element(self.evaluate(argument.value))
            if isinstance(argument, ast.Starred)
            else self.evaluate(argument)
            for argument in node.args
        ]
        keywords = {str(keyword.arg): self.evaluate(keyword.value) for keyword in node.keywords}
        if isinstance(node.func, ast.Attribute):
            return self.call_method(node, node.func, arguments)
        if isinstance(node.func, ast.Name):
            name = node.func.id
            target = self.look_up(name)
            if not target and not self.known(name):
                self.unknown_names[name] = None
            if not target and not any(name in scope for scope in self.scopes):
                return self.call_builtin(name, arguments, keywords, node)
            return self.call(target, node, arguments, keywords)
        return self.call(self.evaluate(node.func), node, arguments, keywords)

    def evaluate(self, node: ast.expr | None) -> Value:
        """Return what an expression may be."""
        if node is None:
            return UNKNOWN
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise CodeTooComplexError(f"reading it takes more than {MAX_STEPS} steps")
        match node:
            case ast.Name(id=name):
                return self.look_up(name)
            case ast.Attribute(value=owner, attr=attribute):
                return self.read_attribute(self.evaluate(owner), attribute)
            case ast.Call():
                return self.evaluate_call(node)
            case ast.Subscript(value=container, slice=index):
                self.evaluate(index)
                return self.read_index(self.evaluate(container), node)
            case ast.BoolOp(op=operator, values=values):
                return self.evaluate_until(values, isinstance(operator, ast.And))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.evaluate(test)
                return UNKNOWN.union(
                    *(self.evaluate(branch) for branch in live_branches(test, [body], [orelse]))
                )
            case ast.NamedExpr(target=target, value=value):
                found = self.evaluate(value)
                self.assign(target, found)
                return found
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                if any(isinstance(element, ast.Starred) for element in elements):
                    inside = [
                        self.element(self.evaluate(element.value))
                        if isinstance(element, ast.Starred)
                        else self.evaluate(element)
                        for element in elements
                    ]
                    return frozenset({Items(UNKNOWN.union(*inside))})
                return frozenset({Parts(tuple(self.evaluate(element) for element in elements))})
            case ast.Dict(keys=keys, values=values):
                for key in keys:
                    self.evaluate(key)
                return frozenset({Items(UNKNOWN.union(*map(self.evaluate, values)))})
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self.evaluate_comprehension(node)
            case ast.Lambda():
                return frozenset({Function(node)})
            case ast.BinOp(left=left, op=operator, right=right):
                both = self.evaluate(left) | self.evaluate(right)
                return both if isinstance(operator, ast.Add | ast.BitOr) else UNKNOWN
            case ast.Yield(value=inner):
                self.returned.append(frozenset({Items(self.evaluate(inner))}))
                return UNKNOWN
            case ast.YieldFrom(value=inner):
                self.returned.append(self.evaluate(inner))
                return UNKNOWN
            case ast.Await(value=inner) | ast.Starred(value=inner):
                return self.evaluate(inner)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child)
        return UNKNOWN

    def evaluate_until(self, values: Sequence[ast.expr], stops_at_false: bool) -> Value:
        """Evaluate the operands of `and`/`or` up to the constant that ends them."""
        found: set[Atom] = set()
        for value in values:
            found |= self.evaluate(value)
            if isinstance(value, ast.Constant) and bool(value.value) is not stops_at_false:
                break
        return frozenset(found)

    def evaluate_comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Value:
        """Return the container that a comprehension builds."""
        self.scopes.append({})
        for generator in node.generators:
            self.assign(generator.target, self.element(self.evaluate(generator.iter)))
            for condition in generator.ifs:
                self.evaluate(condition)
        if isinstance(node, ast.DictComp):
            self.evaluate(node.key)
            element = self.evaluate(node.value)
        else:
            element = self.evaluate(node.elt)
        self.scopes.pop()
        return frozenset({Items(element)})
