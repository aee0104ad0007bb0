"""The arms of the experiment: versions of one data set that differ in what was mended."""

from typing import NamedTuple

from fixtures import CallgateError
from pipeline.data.clean_command import FIXER_IDS


class Arm(NamedTuple):
    """A version of the data: its name, what was done to it, and the fixers that do it."""

    name: str
    title: str
    fixers: tuple[str, ...]


ARMS = {
    arm.name: arm
    for arm in (
        Arm("augmented", "as it is", ()),
        Arm("preambles", "text before calls cut", ("preambles",)),
        Arm("announcements", "announcements merged with their calls", ("announcements",)),
        Arm("cleaned", "every fixer", FIXER_IDS),
    )
}
DEFAULT_ARMS = ("augmented", "preambles", "cleaned")


def arms_named(text: str) -> tuple[Arm, ...]:
    """Return the arms that a list with commas names; the others are held against the first.

    Raises CallgateError.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in ARMS:
            raise CallgateError(f"there is no arm {name!r}: known are {', '.join(ARMS)}")
    if not names or len(set(names)) < len(names):
        raise CallgateError("--arms: name one or several arms, each once")
    return tuple(ARMS[name] for name in names)
