"""Printing what was done to a row as a diff."""

import difflib
import json
import sys
from typing import Any

import orjson

from .repair import Change

COLOURS = {"-": "\033[31m", "+": "\033[32m"}
RESET = "\033[0m"


def _lines(messages: list[dict[str, Any]]) -> list[str]:
    found = []
    for message in messages:
        role = message.get("role", message.get("from"))
        text = message.get("content", message.get("value"))
        found.append(f"[{role}]")
        found.extend(text.split("\n") if isinstance(text, str) else [json.dumps(text)])
        if message.get("tool_calls"):
            found.append(json.dumps(message["tool_calls"], ensure_ascii=False))
    return found


def difference(row: str, change: Change) -> list[str]:
    """Return a touched row as lines of a diff, with a heading that names row and fixers."""
    record = orjson.loads(b"{" + change.record)
    lines = [f"@@ {row} {', '.join(change.fixers)} @@"]
    if record["dropped"] is not None:
        before = record["before"]
        lines.append(f"dropped: {record['dropped']}")
        messages = before.get("messages", before.get("conversations"))
        lines.extend("-" + line for line in _lines(messages))
        return lines
    for edit in record["edits"]:
        made = difflib.ndiff(_lines(edit["before"]), _lines(edit["after"]))
        lines.extend(line[0] + line[2:] for line in made if line[0] in "-+ ")
    return lines


def print_change(row: str, change: Change) -> None:
    """Print a touched row; coloured on a terminal."""
    coloured = sys.stdout.isatty()
    for line in difference(row, change):
        colour = COLOURS.get(line[:1]) if coloured else None
        print(f"{colour}{line}{RESET}" if colour else line)
