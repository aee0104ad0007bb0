"""The tools as JSON schemas, for parsers that convert arguments and for prompts that list tools."""

import inspect
from collections.abc import Mapping
from typing import Any

from fixtures import Tool

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array"}


def tool_schemas(tools: Mapping[str, Tool]) -> list[dict[str, Any]]:
    """Return each tool as a function schema, as chat templates and tool parsers take them."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.summary,
                "parameters": {
                    "type": "object",
                    "properties": {
                        name: {"type": _TYPES.get(parameter.annotation, "string")}
                        for name, parameter in tool.signature.parameters.items()
                    },
                    "required": [
                        name
                        for name, parameter in tool.signature.parameters.items()
                        if parameter.default is inspect.Parameter.empty
                    ],
                },
            },
        }
        for tool in tools.values()
    ]
