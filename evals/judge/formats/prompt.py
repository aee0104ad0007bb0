"""What a model that was not trained in code mode is told: the tools, and how to call them."""

import json
from collections.abc import Mapping

from fixtures import Tool

from .schemas import tool_schemas

_HOW = {
    "json": "To call a tool, write a JSON object between tags and nothing else:\n"
    '<tool_call>\n{"name": "NAME", "arguments": {"PARAMETER": "VALUE"}}\n</tool_call>',
    "qwen3": "To call a tool, write this and nothing else:\n"
    "<tool_call>\n<function=NAME>\n<parameter=PARAMETER>\nVALUE\n</parameter>\n</function>\n"
    "</tool_call>",
    "pythonic": "To call tools, write a list of calls and nothing else:\n"
    '<|tool_call_start|>[NAME(PARAMETER="VALUE")]<|tool_call_end|>',
}


def with_tools(system_prompt: str, call_format: str, tools: Mapping[str, Tool]) -> str:
    """Return the system prompt with the tools and the format; code mode needs neither."""
    if call_format not in _HOW:
        return system_prompt
    listed = "\n".join(json.dumps(schema) for schema in tool_schemas(tools))
    return f"{system_prompt}\n\n# Tools\n\n{listed}\n\n{_HOW[call_format]}"
