"""How numbers of things are said."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 error, 2 errors, 0 errors."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
