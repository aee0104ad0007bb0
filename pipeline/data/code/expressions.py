"""Following expressions: operators, displays, comprehensions."""

import ast
from collections.abc import Sequence

from .calls import Calls
from .library import Arguments
from .truth import live_branches, never_entered, truth
from .values import (
    UNKNOWN,
    Atom,
    CodeTooComplexError,
    Function,
    Items,
    Keyed,
    Parts,
    Shared,
    Value,
    constant,
)

# Code that models write is far below this; what exceeds it is refused, not read for minutes.
MAX_STEPS = 20_000


class Expressions(Calls):
    """Evaluates expressions to what they may be, noting every tool call on the way."""

    steps = 0

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
                return self._evaluate_call(node)
            case ast.Subscript(value=container, slice=index):
                self.evaluate(index)
                return self.read_index(self.evaluate(container), index)
            case ast.BoolOp(op=operator, values=values):
                return self._evaluate_until(values, isinstance(operator, ast.And))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.evaluate(test)
                return UNKNOWN.union(*map(self.evaluate, live_branches(test, [body], [orelse])))
            case ast.NamedExpr(target=target, value=value):
                found = self.evaluate(value)
                # A comprehension lends its own scope to no name that `:=` binds.
                self.bind(target.id, found, at=-1 - self.comprehensions)
                return found
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return self._evaluate_display(node, elements)
            case ast.Dict(keys=keys, values=values):
                return self._evaluate_dict(node, keys, values)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._evaluate_comprehension(node)
            case ast.Lambda(args=declared):
                return frozenset({self.function(node, declared)})
            case ast.BinOp(left=left, op=operator, right=right):
                one, other = self.evaluate(left), self.evaluate(right)
                return (
                    one | other if isinstance(operator, ast.Add | ast.BitOr | ast.Mult) else UNKNOWN
                )
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

    def function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        declared: ast.arguments,
    ) -> Function:
        """Return a function as it is defined here: its defaults are evaluated now."""
        names = [argument.arg for argument in [*declared.posonlyargs, *declared.args]]
        last = names[len(names) - len(declared.defaults) :]
        defaults = list(zip(last, map(self.evaluate, declared.defaults), strict=True))
        for argument, default in zip(declared.kwonlyargs, declared.kw_defaults, strict=True):
            if default is not None:
                defaults.append((argument.arg, self.evaluate(default)))
        return Function(node, len(self.scopes), tuple(defaults))

    def _evaluate_call(self, node: ast.Call) -> Value:
        values = []
        for argument in node.args:
            found = self.evaluate(argument)
            values.append(self.elements(found) if isinstance(argument, ast.Starred) else found)
        exact = all(keyword.arg for keyword in node.keywords) and not any(
            isinstance(argument, ast.Starred) for argument in node.args
        )
        names = {}
        for keyword in node.keywords:
            found = self.evaluate(keyword.value)
            if keyword.arg:
                names[keyword.arg] = found
        arguments = Arguments(tuple(values), names, node, exact)
        if isinstance(node.func, ast.Attribute):
            return self.call_method(node.func, arguments)
        if isinstance(node.func, ast.Name) and not self.known(node.func.id):
            self.unknown_names[node.func.id] = None
        return self.call(self.evaluate(node.func), arguments)

    def _evaluate_until(self, values: Sequence[ast.expr], stops_at_false: bool) -> Value:
        """Evaluate the operands of `and`/`or` up to the one that always ends them."""
        found: set[Atom] = set()
        for value in values:
            found |= self.evaluate(value)
            if truth(value) is (not stops_at_false):
                break
        return frozenset(found)

    def _evaluate_display(self, node: ast.expr, elements: Sequence[ast.expr]) -> Value:
        made: set[Atom] = set() if isinstance(node, ast.Tuple) else {Shared(node)}
        if any(isinstance(element, ast.Starred) for element in elements):
            inside = [
                self.elements(self.evaluate(element.value))
                if isinstance(element, ast.Starred)
                else self.evaluate(element)
                for element in elements
            ]
            return frozenset({Items(UNKNOWN.union(*inside)), *made})
        return frozenset({Parts(tuple(map(self.evaluate, elements))), *made})

    def _evaluate_dict(
        self, node: ast.expr, keys: Sequence[ast.expr | None], values: Sequence[ast.expr]
    ) -> Value:
        entries: list[tuple[object, Value]] = []
        others: Value = UNKNOWN
        for key, value in zip(keys, values, strict=True):
            found = self.evaluate(value)
            if key is None:
                others |= self.contents(found)
            elif constant(key) is None:
                self.evaluate(key)
                others |= found
            else:
                entries.append((constant(key), found))
        return frozenset({Keyed(tuple(entries), others), Shared(node, mapping=True)})

    def _evaluate_comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Value:
        """Return the container that a comprehension builds."""
        mapping = isinstance(node, ast.DictComp)
        made = Shared(node, mapping)
        self.scopes.append({})
        self.comprehensions += 1
        entered = True
        for generator in node.generators:
            elements = self.elements(self.evaluate(generator.iter))
            if never_entered(generator.iter):
                entered = False
                break
            self.assign(generator.target, elements)
            for condition in generator.ifs:
                self.evaluate(condition)
                if truth(condition) is False:
                    entered = False
        if entered:
            if isinstance(node, ast.DictComp):
                self.evaluate(node.key)
            element = self.evaluate(node.value if isinstance(node, ast.DictComp) else node.elt)
            self.inside[made] = self.inside.get(made, UNKNOWN) | element
        self.comprehensions -= 1
        self.scopes.pop()
        return frozenset({made})
