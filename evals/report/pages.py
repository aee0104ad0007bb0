"""Pages of their own: one style, no request to anywhere, nothing executed but our own script."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.templates import template_environment

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")

# Longer texts make a page that a browser is slow to show.
TEXT_SHOWN = 20_000


def _source_hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def content_policy(style: str, script: str) -> str:
    """Return a Content-Security-Policy that allows this style and this script and nothing else."""
    return (
        f"default-src 'none'; style-src {_source_hash(style)}; script-src {_source_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def page_environment() -> "Environment":
    """Return the templates, with everything escaped that they insert."""
    from markupsafe import Markup

    environment = template_environment(TEMPLATES)
    style = (TEMPLATES / "pages.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "filter.js").read_text(encoding="utf-8")
    # Our own files, which no run can change: the only texts that are not escaped.
    environment.globals |= {
        "style": Markup(style),
        "script_source": Markup(script),
        "policy": content_policy(style, script),
        "limit": TEXT_SHOWN,
    }
    return environment
