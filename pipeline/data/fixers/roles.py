"""Giving turns the roles that every chat template renders."""

from ..habits import RENAMED_ROLES, RESULT_ROLES, is_foreign_role
from ..rows import RESPONSE_CLOSE, RESPONSE_OPEN, SHAREGPT, Row
from .fixer import Dropped, Edit, Fixed, Fixer, messages_of, with_messages

_SHAREGPT_NAMES = {"user": "human", "assistant": "gpt", "system": "system"}


class Roles(Fixer):
    """Renames roles; a tool's result becomes a user turn in `<tool_response>`."""

    id = "roles"
    summary = "rename roles that a chat template does not render"

    def fix(self, row: Row) -> Fixed | Dropped | None:
        """Rename the roles of a row."""
        if all(turn.role == "user" for turn in row.heard):
            return None
        messages = list(messages_of(row))
        edits: list[Edit] = []
        for turn in row.heard:
            role = turn.role
            if role == "user" or role not in RENAMED_ROLES or not is_foreign_role(row, turn):
                continue
            before, text = messages[turn.index], turn.text
            if role in RESULT_ROLES and not text.strip().startswith(RESPONSE_OPEN):
                text = f"{RESPONSE_OPEN}\n{text}\n{RESPONSE_CLOSE}"
            renamed = RENAMED_ROLES[role]
            if row.form == SHAREGPT:
                after = {**before, "from": _SHAREGPT_NAMES[renamed], "value": text}
            else:
                after = {**before, "role": renamed, "content": text}
            messages[turn.index] = after
            edits.append(Edit(turn.index, [before], [after]))
        return Fixed(with_messages(row, messages), edits) if edits else None
