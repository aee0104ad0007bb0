"""Roles that a chat template may not render."""

from collections.abc import Callable

from ..habits import RENAMED_ROLES, is_foreign_role
from ..rows import Row
from ..tally import Tally
from .finding import ERROR, RowFinding

Rendered = Callable[[str], bool]


class Roles(RowFinding):
    """Turns whose role a chat template need not know, in rows whose calls are text.

    With a model, the roles that its own template renders are let pass.
    """

    id = "role"
    title = "roles that the chat template does not render"
    severity = ERROR
    teaches = "nothing: the template drops or refuses the turn, and the row is cut without a word"
    fixer = "roles"

    def __init__(self, rendered: Rendered | None = None) -> None:
        self.rendered = rendered

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with a role that the roles fixer can put right."""
        for turn in row.heard:
            role = turn.role
            if role == "user" or role not in RENAMED_ROLES or not is_foreign_role(row, turn):
                continue
            if self.rendered is None or not self.rendered(role):
                tally.counts[role] += 1
                tally.hit(row, turn.index, 0, len(turn.text), turn.text or f"({role})")


class UnknownRoles(RowFinding):
    """Turns whose role nothing is known about."""

    id = "unknown_role"
    title = "roles that are unknown"
    severity = ERROR
    teaches = "nothing: no chat template renders the turn"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with a role that no fixer knows."""
        for turn in row.heard:
            role = turn.role
            if role != "user" and role not in RENAMED_ROLES:
                tally.counts[role[:60]] += 1
                tally.hit(row, turn.index, 0, len(turn.text), turn.text or f"({role})")
