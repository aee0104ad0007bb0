"""Binding the names of a `match` pattern to the parts that they capture."""

import ast

from .names import Names
from .values import UNKNOWN, Items, Value


class Patterns(Names):
    """Attributes what a pattern reads and captures."""

    def bind_pattern(self, pattern: ast.pattern | None, value: Value) -> None:
        """Let the names of a pattern hold the parts of a value that they capture."""
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                self.bind_pattern(inner, value)
                if name is not None:
                    self.bind(name, value)
            case ast.MatchStar(name=str(name)):
                self.bind(name, frozenset({Items(value)}))
            case ast.MatchClass(patterns=positional, kwd_attrs=names, kwd_patterns=named):
                for inner in positional:
                    self.bind_pattern(inner, UNKNOWN)
                for name, inner in zip(names, named, strict=True):
                    self.bind_pattern(inner, self.read_attribute(value, name))
            case ast.MatchSequence(patterns=patterns):
                for inner in patterns:
                    self.bind_pattern(inner, self.elements(value))
            case ast.MatchMapping(patterns=patterns):
                for inner in patterns:
                    self.bind_pattern(inner, self.contents(value))
            case ast.MatchOr(patterns=patterns):
                for inner in patterns:
                    self.bind_pattern(inner, value)
            case ast.MatchValue(value=expected):
                self.evaluate(expected)
