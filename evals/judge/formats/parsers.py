"""mlx-lm's tool parsers, without importing mlx-lm, which would load MLX."""

import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

Parser = Callable[[str, Sequence[dict[str, Any]]], object]


@cache
def tool_parser(name: str) -> Parser:
    """Return `parse_tool_call` of mlx_lm.tool_parsers.NAME; raises ImportError."""
    package = importlib.util.find_spec("mlx_lm")
    if package is None or not package.submodule_search_locations:
        raise ImportError("mlx-lm is not installed")
    path = Path(package.submodule_search_locations[0], "tool_parsers", f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"callgate_parser_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"mlx-lm has no tool parser {name!r}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    parser: Parser = module.parse_tool_call
    return parser
