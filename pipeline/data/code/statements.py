"""Following statements: branches, loops, functions, and where the flow ends."""

import ast
from collections.abc import Callable, Sequence
from functools import partial

from .expressions import Expressions
from .names import merged
from .patterns import Patterns
from .truth import breaks, live_branches, never_entered, truth
from .values import UNKNOWN, Class, Function, Library, Shared, Value

_LEAVES_PROGRAM = {"exit", "quit"}


class Statements(Patterns, Expressions):
    """Follows statements in order, both ways at a branch, and stops where the code cannot go on."""

    in_loop = False

    def run(self, statements: Sequence[ast.stmt]) -> bool:
        """Follow statements in order; return whether the end of the block can be reached."""
        return all(self.run_statement(statement) for statement in statements)

    def run_branches(self, branches: Sequence[Callable[[], bool]]) -> bool:
        """Follow branches that exclude each other; afterwards a name may hold what each left."""
        before = self.scopes[-1]
        after = []
        for branch in branches:
            self.scopes[-1] = dict(before)
            if branch():
                after.append(self.scopes[-1])
        self.scopes[-1] = merged(after) if after else before
        return bool(after)

    def run_loop(self, body: Sequence[ast.stmt], enter: Callable[[], object]) -> None:
        """Follow a loop: none, one or many rounds."""
        # Twice, so that what the body assigns at its end is known at its start; inner loops are
        # repeated by the outermost one, or the work would double with each level.
        repeats, outermost = (1, False) if self.in_loop else (2, True)
        self.in_loop = True
        for _ in range(repeats):
            before = dict(self.scopes[-1])
            self.exits.append([])
            enter()
            ends = [self.scopes[-1]] if self.run(body) else []
            self.scopes[-1] = merged([before, *ends, *self.exits.pop()])
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
                before, found = self.evaluate(target), self.evaluate(value)
                # Only a container takes what another one holds; to a number, a number is added.
                if any(isinstance(atom, Shared) for atom in before):
                    self.add_to(before, self.contents(found))
                self.assign(target, before | found)
            case ast.Expr(value=value):
                self.evaluate(value)
                return not _leaves_program(value)
            case ast.For() | ast.AsyncFor():
                return self.run_for(node)
            case ast.While(test=test, body=body, orelse=orelse):
                if truth(test) is not False:
                    self.run_loop(body, lambda: self.evaluate(test))
                if truth(test) is True and not breaks(body):
                    return False
                return self.run(orelse)
            case ast.If(test=test, body=body, orelse=orelse):
                self.evaluate(test)
                blocks = live_branches(test, [body], [orelse])
                return self.run_branches([partial(self.run, block) for block in blocks])
            case ast.Try() | ast.TryStar():
                return self.run_try(node)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    entered = self.evaluate(item.context_expr)
                    if item.optional_vars:
                        self.assign(item.optional_vars, entered)
                return self.run(body)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                for decorator in node.decorator_list:
                    self.evaluate(decorator)
                made: Value = frozenset({self.function(node, node.args)})
                self.bind(name, made, "defined as a function")
            case ast.ClassDef():
                self.run_class(node)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    name = (alias.asname or alias.name).split(".")[0]
                    found = frozenset({Library(alias.name.rsplit(".", 1)[-1])})
                    self.bind(name, found, "imported")
            case ast.Match(subject=subject, cases=cases):
                return self.run_match(self.evaluate(subject), cases)
            case ast.Return(value=returned):
                self.returned.append(self.evaluate(returned))
                return False
            case ast.Raise(exc=raised):
                self.evaluate(raised)
                return False
            case ast.Break() | ast.Continue():
                if self.exits:
                    self.exits[-1].append(dict(self.scopes[-1]))
                return False
            case ast.Assert(test=test, msg=message):
                self.evaluate(test)
                self.evaluate(message)
                return truth(test) is not False
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self.declare_outer(names, is_global=isinstance(node, ast.Global))
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.evaluate(child)
        return True

    def run_for(self, node: ast.For | ast.AsyncFor) -> bool:
        """Follow a for loop over what its iterable yields."""
        elements = self.elements(self.evaluate(node.iter))
        if not never_entered(node.iter):
            self.run_loop(node.body, lambda: self.assign(node.target, elements))
        return self.run(node.orelse)

    def run_class(self, node: ast.ClassDef) -> None:
        """Follow the body of a class and keep its members."""
        for expression in [*node.decorator_list, *node.bases]:
            self.evaluate(expression)
        self.scopes.append({})
        self.run(node.body)
        for name, value in self.scopes.pop().items():
            # A method sees the scopes around its class, and not those of the class.
            self.members[node, name] = frozenset(
                Function(atom.node, len(self.scopes), atom.defaults)
                if isinstance(atom, Function)
                else atom
                for atom in value
            )
        self.bind(node.name, frozenset({Class(node)}), "defined as a class")

    def run_try(self, node: ast.Try | ast.TryStar) -> bool:
        """Follow a try statement: its body, and each handler from any point of the body."""
        before = dict(self.scopes[-1])
        ended = self.run(node.body) and self.run(node.orelse)
        ends = [self.scopes[-1]] if ended else []
        anywhere = merged([before, self.scopes[-1]])
        for handler in node.handlers:
            self.scopes[-1] = dict(anywhere)
            self.evaluate(handler.type)
            if handler.name:
                self.bind(handler.name, UNKNOWN)
            if self.run(handler.body):
                ends.append(self.scopes[-1])
        self.scopes[-1] = merged(ends) if ends else anywhere
        return self.run(node.finalbody) and bool(ends)

    def run_match(self, value: Value, cases: Sequence[ast.match_case]) -> bool:
        """Follow a match statement: each of its cases, or none unless the last takes all."""

        def follow(branch: ast.match_case) -> bool:
            self.bind_pattern(branch.pattern, value)
            self.evaluate(branch.guard)
            return self.run(branch.body)

        branches: list[Callable[[], bool]] = [partial(follow, case) for case in cases]
        last = cases[-1]
        takes_all = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        if not takes_all or last.guard is not None:
            branches.append(lambda: True)
        return self.run_branches(branches)

    def declare_outer(self, names: Sequence[str], *, is_global: bool) -> None:
        """Let names of the running function stand for those of an outer scope."""
        if not self.running:
            return
        for name in names:
            holders = [n for n, scope in enumerate(self.scopes[:-1]) if name in scope]
            outer = holders[-1] if holders and not is_global else 0
            self.outer_names[self.running[-1], name] = outer


def _leaves_program(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    name = node.func.id if isinstance(node.func, ast.Name) else name
    return name in _LEAVES_PROGRAM
