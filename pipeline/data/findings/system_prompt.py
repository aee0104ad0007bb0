"""The system prompts of a data set."""

from ..rows import Row
from ..tally import Tally
from .finding import NOTE, WARNING, FindingReport, RowFinding

SHOWN = 100
NONE = "(no system prompt)"
# More different prompts than this are a choice of their own; none of them is kept.
MOST = 500


class SystemPrompt(RowFinding):
    """A census of system prompts."""

    id = "system_prompt"
    title = "system prompts"
    severity = WARNING
    teaches = "that what it may do does not depend on the prompt it will be served with"

    def observe(self, row: Row, tally: Tally) -> None:
        """Count the row under its system prompt."""
        first = row.turns[0]
        prompt = first.text if first.role == "system" else NONE
        if len(prompt) > SHOWN:
            prompt = f"{prompt[:SHOWN]}\u2026 ({len(prompt)} characters)"
        counts = tally.counts
        if prompt in counts or len(counts) < MOST:
            counts[prompt] += 1
        else:
            counts["(other prompts)"] += 1

    def report(self, tally: Tally, rows: int) -> list[FindingReport]:
        """Report a warning when there are several prompts."""
        prompts = len(tally.counts)
        if not prompts:
            return []
        tally.count = rows
        sentence = "1 system prompt" if prompts == 1 else f"{prompts} different system prompts"
        severity = WARNING if prompts > 1 else NOTE
        return [self.reported(tally, rows, sentence=sentence, severity=severity)]
