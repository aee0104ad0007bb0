"""Following statements: branches, loops, functions, and where the flow ends."""

import ast
from collections.abc import Callable, Sequence

from .expressions import Expressions
from .values import UNKNOWN, Function, Value, live_branches

_LEAVES_PROGRAM = {"exit", "quit"}


class Statements(Expressions):
    """Follows statements in order, both ways at a branch, and stops where the code cannot go on."""

    def __init__(self) -> None:
        super().__init__()
        self.in_loop = False

    def run(self, statements: Sequence[ast.stmt]) -> bool:
        """Follow statements in order; return whether the end of the block can be reached."""
        return all(self.run_statement(statement) for statement in statements)

    def run_branches(self, branches: Sequence[Sequence[ast.stmt]]) -> bool:
        """Follow branches that exclude each other; afterwards a name may hold what each left."""
        before = self.scopes[-1]
        after: dict[str, Value] = {}
        goes_on = False
        for branch in branches:
            self.scopes[-1] = dict(before)
            if self.run(branch):
                goes_on = True
                for name, value in self.scopes[-1].items():
                    after[name] = after.get(name, UNKNOWN) | value
        self.scopes[-1] = after if goes_on else before
        return goes_on

    def run_loop(self, body: Sequence[ast.stmt], enter: Callable[[], object]) -> None:
        """Follow a loop: none, one or many rounds."""
        # Twice, so that what the body assigns at its end is known at its start; inner loops are
        # repeated by the outermost one, or the work would double with each level.
        repeats, outermost = (1, False) if self.in_loop else (2, True)
        self.in_loop = True
        for _ in range(repeats):
            enter()
            self.run_branches([body, []])
        self.in_loop = not outermost

    def run_statement(self, node: ast.stmt) -> bool:
        """Follow one statement; return whether the next one can be reached."""
        match node:
            case ast.Assign(targets=targets, value=value):
                found = self.evaluate(value)
                for target in targets:
                    self.assign(target, found)
            case ast.AnnAssign(target=target, value=assigned):
                if assigned is not None:
                    self.assign(target, self.evaluate(assigned))
            case ast.AugAssign(target=target, value=value):
                found = self.evaluate(value)
                if isinstance(target, ast.Name):
                    self.bind(target.id, self.look_up(target.id) | found)
                else:
                    self.evaluate(target)
            case ast.Expr(value=value):
                self.evaluate(value)
                return not _leaves_program(value)
            case (
                ast.For(target=target, iter=iterable, body=body, orelse=orelse)
                | ast.AsyncFor(target=target, iter=iterable, body=body, orelse=orelse)
            ):
                elements = self.element(self.evaluate(iterable))
                self.run_loop(body, lambda: self.assign(target, elements))
                return self.run(orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                for live in live_branches(test, [body], []):
                    self.run_loop(live, lambda: self.evaluate(test))
                return self.run(orelse)
            case ast.If(test=test, body=body, orelse=orelse):
                self.evaluate(test)
                return self.run_branches(live_branches(test, [body], [orelse]))
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
                return self.run_try(body, handlers, orelse, finalbody)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    entered = self.evaluate(item.context_expr)
                    if item.optional_vars:
                        self.assign(item.optional_vars, entered)
                return self.run(body)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.bind(name, frozenset({Function(node)}), "defined as a function")
            case ast.ClassDef(name=name, body=body):
                self.run(body)
                self.bind(name, UNKNOWN, "defined as a class")
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    self.bind((alias.asname or alias.name).split(".")[0], UNKNOWN, "imported")
            case ast.Match(subject=subject, cases=cases):
                return self.run_match(self.evaluate(subject), cases)
            case ast.Return(value=returned):
                self.returned.append(self.evaluate(returned))
                return False
            case ast.Raise(exc=raised):
                self.evaluate(raised)
                return False
            case ast.Break() | ast.Continue():
                return False
            case ast.Assert(test=test, msg=message):
                self.evaluate(test)
                self.evaluate(message)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.evaluate(child)
        return True

    def run_try(
        self,
        body: Sequence[ast.stmt],
        handlers: Sequence[ast.ExceptHandler],
        orelse: Sequence[ast.stmt],
        finalbody: Sequence[ast.stmt],
    ) -> bool:
        """Follow a try statement: its body, then each handler or none."""
        goes_on = self.run([*body, *orelse])
        for handler in handlers:
            if handler.name:
                self.bind(handler.name, UNKNOWN)
            goes_on = self.run_branches([handler.body, []])
        return self.run(finalbody) and goes_on

    def run_match(self, value: Value, cases: Sequence[ast.match_case]) -> bool:
        """Follow a match statement: each of its cases or none."""
        for branch in cases:
            for pattern in ast.walk(branch.pattern):
                if isinstance(pattern, ast.MatchClass):
                    for name in pattern.kwd_attrs:
                        self.read_attribute(value, name)
                elif isinstance(pattern, ast.MatchAs | ast.MatchStar) and pattern.name:
                    self.bind(pattern.name, value)
            self.evaluate(branch.guard)
        return self.run_branches([*(branch.body for branch in cases), []])


def _leaves_program(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    name = node.func.id if isinstance(node.func, ast.Name) else name
    return name in _LEAVES_PROGRAM
