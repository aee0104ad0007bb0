"""The fixers of the cleaner, one small file each, in the order in which they are applied."""

from .announcements import Announcements
from .contamination import Contamination
from .double_wraps import DoubleWraps
from .envelope import Envelope
from .fixer import Dropped, Edit, Fixed, Fixer
from .preambles import Preambles
from .roles import Roles
from .trailing import Trailing

# The fixers that compare rows with each other are applied last, where the rows are written.
REPEAT_FIXERS = {
    "duplicates": "drop rows that stand in the same file already",
    "leakage": "drop held-out rows that an earlier file has",
}
FIXERS = {
    fixer.id: fixer.summary
    for fixer in (
        DoubleWraps,
        Roles,
        Contamination,
        Announcements,
        Preambles,
        Trailing,
        Envelope,
    )
} | REPEAT_FIXERS

__all__ = [
    "FIXERS",
    "REPEAT_FIXERS",
    "Announcements",
    "Contamination",
    "DoubleWraps",
    "Dropped",
    "Edit",
    "Envelope",
    "Fixed",
    "Fixer",
    "Preambles",
    "Roles",
    "Trailing",
]
