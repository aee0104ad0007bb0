"""In which manner rows are made."""

from typing import NamedTuple


class Manner(NamedTuple):
    """How scenes are made: answers in one style, queries in a wide range of wordings and names."""

    one_style: bool = False
    wide: bool = False


MANY_STYLES, ONE_STYLE = Manner(), Manner(one_style=True)
