"""Text of runs inside Markdown."""

_SPECIAL = "\\`*_{}[]<>|#~"


def escape_markdown(text: str) -> str:
    """Return text on one line that cannot turn into markup or into another cell of a table."""
    for character in _SPECIAL:
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
