"""The six layers, in the order in which they are read."""

from ..outcome import Layer
from .ast import judge_ast
from .completeness import judge_completeness
from .extract import judge_extract
from .gate import judge_gate
from .identity import judge_identity
from .schema import judge_schema

LAYERS: dict[str, Layer] = {
    "gate": judge_gate,
    "extract": judge_extract,
    "ast": judge_ast,
    "identity": judge_identity,
    "schema": judge_schema,
    "completeness": judge_completeness,
}

__all__ = ["LAYERS"]
