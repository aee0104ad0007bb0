"""Pieces of sentences that tell a result."""

from collections.abc import Sequence

from ..scene import Scene
from ..sentences import capital


def joined(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def listed(scene: Scene, head: str, items: Sequence[str]) -> str:
    """Return a head and its items as one sentence, as several, or as a list with dashes."""
    if not items:
        return f"{head}."
    shape = scene.fraction()
    if shape < 0.4:
        return f"{head}: {'; '.join(items)}."
    if shape < 0.6:
        return f"{head}. " + " ".join(f"{capital(item)}." for item in items)
    return "\n".join((f"{head}:", *(f"- {item}" for item in items)))


def place_of(file: str, line: int, asked: str) -> str:
    """Return where a finding is: its line, and its file where another one was asked about."""
    return f"line {line}" if file == asked else f"{file}, line {line}"
