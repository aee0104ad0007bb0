"""Conditions and loops that are decided before the code runs: constants, endless loops."""

import ast
from collections.abc import Sequence
from typing import TypeVar

Branch = TypeVar("Branch")


def truth(test: ast.expr) -> bool | None:
    """Return what a condition always is; None when it depends on more than constants."""
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.List(elts=inside) | ast.Tuple(elts=inside) | ast.Set(elts=inside):
            return _filled(inside)
        case ast.Dict(values=inside):
            return _filled(inside)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth(operand)
            return None if inner is None else not inner
        case ast.BoolOp(op=operator, values=values):
            stops = not isinstance(operator, ast.And)
            parts = [truth(value) for value in values]
            if stops in parts:
                return stops
            return None if None in parts else not stops
        case ast.Compare(left=left, ops=[operation], comparators=[right]):
            return _compared(left, operation, right)
    return None


def _filled(inside: Sequence[ast.expr]) -> bool | None:
    if not inside:
        return False
    return None if any(isinstance(element, ast.Starred) for element in inside) else True


def _compared(left: ast.expr, operation: ast.cmpop, right: ast.expr) -> bool | None:
    if not isinstance(left, ast.Constant) or not isinstance(right, ast.Constant):
        return None
    one, other = left.value, right.value
    if isinstance(operation, ast.Eq | ast.Is):
        return bool(one == other)
    if isinstance(operation, ast.NotEq | ast.IsNot):
        return bool(one != other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        if isinstance(operation, ast.Lt):
            return one < other
        if isinstance(operation, ast.Gt):
            return one > other
    return None


def live_branches(
    test: ast.expr, if_true: Sequence[Branch], if_false: Sequence[Branch]
) -> list[Branch]:
    """Return the branches that a condition can reach."""
    decided = truth(test)
    if decided is None:
        return [*if_true, *if_false]
    return list(if_true if decided else if_false)


def never_entered(iterable: ast.expr) -> bool:
    """Whether a loop over this has no round: an empty literal, `range(0)`."""
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name):
        if iterable.func.id == "range" and len(iterable.args) == 1:
            return truth(iterable.args[0]) is False
        return False
    return truth(iterable) is False


def breaks(body: Sequence[ast.stmt]) -> bool:
    """Whether a `break` in the body of a loop leaves that loop."""
    for statement in body:
        if isinstance(statement, ast.Break):
            return True
        if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
            if breaks(statement.orelse):
                return True
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
            inner = [
                part.body for name in ("handlers", "cases") for part in getattr(statement, name, [])
            ]
            if any(map(breaks, [*blocks, *inner])):
                return True
    return False
