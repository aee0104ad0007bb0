"""Counting the tokens of rows with the tokenizer and chat template of a model."""

from functools import cache
from pathlib import Path

from .rows import SHAREGPT, Row


class TokenCounter:
    """The tokenizer of a model folder; the weights are never loaded."""

    def __init__(self, folder: Path) -> None:
        from ..model.loading import load_tokenizer

        self._tokenizer = load_tokenizer(folder)
        self.renders_role = cache(self._renders_role)

    def _renders_role(self, role: str) -> bool:
        from ..model.chat import unrendered_roles

        return not unrendered_roles(self._tokenizer, [role])

    def count(self, row: Row) -> int | None:
        """Return how many tokens a row is trained on as, None where the template refuses it."""
        from jinja2 import TemplateError

        from ..model.chat import render

        if row.form == SHAREGPT:
            messages = [{"role": turn.role, "content": turn.text} for turn in row.turns]
        else:
            messages = row.data["messages"]
        try:
            return len(render(self._tokenizer, messages, add_generation_prompt=False))
        except (TemplateError, TypeError, KeyError):
            return None
