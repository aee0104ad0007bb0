"""Secrets and e-mail addresses in the data."""

from ..rows import Row
from ..secrets import EMAIL, find_secrets, may_hold_secret
from ..tally import Tally
from .finding import ERROR, WARNING, RowFinding


class Secrets(RowFinding):
    """Keys and tokens, by the detectors of detect-secrets."""

    id = "secret"
    title = "keys and tokens"
    severity = ERROR
    teaches = "to recite them: a model gives back what it was trained on"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with a key or token, counting by kind."""
        if not may_hold_secret(row.line_bytes, suspicious=row.suspicious):
            return
        for turn in row.turns:
            for secret in find_secrets(turn.text):
                tally.counts[secret.kind] += 1
                hidden, start, end = secret.hidden_in(turn.text)
                tally.hit(row, turn.index, start, end, hidden)


class Emails(RowFinding):
    """E-mail addresses."""

    id = "email"
    title = "e-mail addresses"
    severity = WARNING
    teaches = "to recite the addresses of people"

    def observe(self, row: Row, tally: Tally) -> None:
        """Hit a row with an address that is not made up for documentation."""
        if b"@" not in row.line_bytes and b"\\u" not in row.line_bytes:
            return
        for turn in row.turns:
            if "@" in turn.text:
                for found in EMAIL.finditer(turn.text):
                    tally.counts[f"at {found['domain'].lower()[:80]}"] += 1
                    tally.hit(row, turn.index, found.start(), found.end(), turn.text)
