"""The program that the sandbox runs: tools with canned results, and code whose reads are noted."""

import ast
import re
import secrets
from collections.abc import Mapping
from functools import lru_cache

from fixtures import Record, Result, Tool
from pipeline.data.code import parse

# Names that no code can guess, so that none can forge what is noted.
MARK = f"_callgate_{secrets.token_hex(8)}"
CALLS, READS, _GET, _OBJECT = (f"{MARK}_{name}" for name in ("calls", "reads", "get", "object"))
MOST_CALLS = 200
REPORT = f"({CALLS}, sorted({READS}))"

_HEAD = f"""
{CALLS} = []
{READS} = set()
def {_GET}(owner, name, *default):
    value = getattr(owner, name, *default)
    path = getattr(owner, "{MARK}_path", None)
    if path is not None and hasattr(owner, name):
        {READS}.add(path + "." + name)
    return value
def {_OBJECT}(made, path, text, values):
    setattr(made, "{MARK}_path", path)
    setattr(made, "{MARK}_text", text)
    for name, value in values.items():
        setattr(made, name, value)
    return made
"""


def _class(name: str) -> str:
    return (
        f"class {name}:\n"
        f"    def __repr__(self):\n        return self.{MARK}_text\n"
        f"    def __eq__(self, other):\n        return repr(self) == repr(other)\n"
        f"    def __hash__(self):\n        return hash(self.{MARK}_text)\n"
    )


def _reader(name: str) -> str:
    return (
        f"def {MARK}_{name}(owner):\n"
        f"    value = owner.{name}\n"
        f'    path = getattr(owner, "{MARK}_path", None)\n'
        f"    if path is not None:\n"
        f'        {READS}.add(path + ".{name}")\n'
        f"    return value\n"
    )


def _expression(value: object, path: str, classes: set[str]) -> str:
    """Return the expression that makes a result inside the sandbox."""
    if isinstance(value, Record):
        name = type(value).__name__
        classes.add(name)
        fields = ", ".join(
            f"{field!r}: {_expression(getattr(value, field), f'{path}.{field}', classes)}"
            for field in type(value).model_fields
        )
        return f"{_OBJECT}({name}(), {path!r}, {repr(value)!r}, {{{fields}}})"
    if isinstance(value, list):
        return f"[{', '.join(_expression(element, path, classes) for element in value)}]"
    return repr(value)


def _function(tool: Tool, result: Result | str, classes: set[str]) -> str:
    names = ", ".join(f"{name!r}: repr({name})[:200]" for name in tool.signature.parameters)
    parameters = ", ".join(
        name if parameter.default is parameter.empty else f"{name}={parameter.default!r}"
        for name, parameter in tool.signature.parameters.items()
    )
    return (
        f"def {tool.name}({parameters}):\n"
        f"    if len({CALLS}) < {MOST_CALLS}:\n"
        f"        {CALLS}.append(({tool.name!r}, {{{names}}}))\n"
        f"    return {_expression(result, tool.name, classes)}\n"
    )


def field_names(tools: Mapping[str, Tool]) -> frozenset[str]:
    """Return the names of all fields that any result of the tools has, at any depth."""
    return _field_names(tuple(tool.result for tool in tools.values()))


@lru_cache(maxsize=16)
def _field_names(results: tuple[type, ...]) -> frozenset[str]:
    names: set[str] = set()
    for result in results:
        if issubclass(result, Record):
            schema = result.model_json_schema()
            for part in (schema, *schema.get("$defs", {}).values()):
                names |= part.get("properties", {}).keys()
    return frozenset(names)


def prelude(code: str, tools: Mapping[str, Tool], results: Mapping[str, Result | str]) -> str:
    """Return what is run before the code: the tools that it names, the reads of their fields."""
    words = set(re.findall(r"\w+", code))
    classes: set[str] = set()
    functions = [
        _function(tool, results[name], classes) for name, tool in tools.items() if name in words
    ]
    readers = [_reader(name) for name in sorted(field_names(tools) & words)]
    return "\n".join([_HEAD, *map(_class, sorted(classes)), *readers, *functions])


# Through these code would find the names of what notes it, or read fields unnoted.
_HIDING = frozenset({"eval", "exec", "locals"})


class _Noting(ast.NodeTransformer):
    def __init__(self, fields: frozenset[str]) -> None:
        self.fields = fields

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if node.attr not in self.fields or not isinstance(node.ctx, ast.Load):
            return node
        return ast.Call(ast.Name(f"{MARK}_{node.attr}", ast.Load()), [node.value], [])

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in _HIDING:
            raise ValueError(f"it uses {node.id}, which hides what it reads")
        if node.id == "getattr" and isinstance(node.ctx, ast.Load):
            return ast.Name(_GET, ast.Load())
        return node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        # The sandbox makes a list of it, which `next` does not take.
        self.generic_visit(node)
        return ast.Call(ast.Name("iter", ast.Load()), [node], [])


def noting(code: str, tools: Mapping[str, Tool]) -> str:
    """Return the code with every read of a field noted.

    Raises SyntaxError when it does not parse, RecursionError when it is nested too deeply,
    ValueError when it would read without being noticed.
    """
    return ast.unparse(_Noting(field_names(tools)).visit(parse(code)))
