"""The bad habits that the audit counts and the cleaner mends, each read in one place for both."""

from .announcements import is_announcement
from .rows import CHAT, RESPONSE_CLOSE, RESPONSE_OPEN, SHAREGPT, Row, Turn

# Roles that have another name in every chat template, and roles that carry a tool's result.
RESULT_ROLES = frozenset(("tool", "function", "observation", "ipython", "tool_response"))
RENAMED_ROLES = dict.fromkeys(RESULT_ROLES, "user") | {
    "developer": "system",
    "human": "user",
    "gpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "ai": "assistant",
}


def text_before_call(turn: Turn) -> tuple[int, int] | None:
    """Return the part of a turn's text that stands before a call: a preamble."""
    markup = turn.markup
    if markup is not None:
        if markup.before:
            return 0, len(markup.before)
        if markup.between:
            return markup.calls[0].end, markup.calls[1].start
    if turn.structured and turn.text and turn.text.strip() and markup is None:
        return 0, len(turn.text)
    return None


def text_after_call(turn: Turn) -> tuple[int, int] | None:
    """Return the part of a turn's text that stands after its last call.

    None where a marker begins no call that can be read: it may be a quotation, and no one can tell
    where it ends.
    """
    markup = turn.markup
    if markup is None or not markup.after or not markup.whole:
        return None
    return len(turn.text) - len(markup.after), len(turn.text)


def announces(turn: Turn) -> bool:
    """Whether an assistant turn promises a call and makes none."""
    return not turn.has_call and is_announcement(turn.text)


def is_foreign_role(row: Row, turn: Turn) -> bool:
    """Whether a role has no place in a row of this form: `tool` has where calls are data."""
    if row.form == CHAT:
        return True
    return turn.role not in RESULT_ROLES or (row.form != SHAREGPT and turn.role != "tool")


def double_wrap(role: str, text: str) -> str | None:
    """Return a tool response with one wrap taken off, None where it has one wrap or none.

    A chat template wraps a turn with role `tool` itself, so there a written wrap is one too many.
    """
    if RESPONSE_OPEN not in text:
        return None
    stripped = text.strip()
    if not (stripped.startswith(RESPONSE_OPEN) and stripped.endswith(RESPONSE_CLOSE)):
        return None
    # Two responses side by side begin and end in the same way, and are not one inside the other.
    if stripped.rfind(RESPONSE_OPEN) > stripped.find(RESPONSE_CLOSE):
        return None
    inside = stripped[len(RESPONSE_OPEN) : -len(RESPONSE_CLOSE)].strip("\n")
    return inside if role in RESULT_ROLES or RESPONSE_OPEN in inside else None
