"""How numbers of things are said."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: 1 error, 2 errors, 0 errors."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
