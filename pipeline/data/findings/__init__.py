"""The findings of the audit, one small file each; `row_findings` lists them in report order."""

from .announcement import Announcement
from .calls import CALL_FINDINGS
from .contamination import Contamination
from .coverage import Coverage
from .double_wrap import DoubleWrap
from .envelope import Envelope
from .finding import Finding, RowFinding
from .line_format import LineFormat
from .no_answer import NoAnswer
from .preamble import Preamble
from .roles import Roles, UnknownRoles
from .secrets import Emails, Secrets
from .system_prompt import SystemPrompt
from .too_long import TooLong
from .tool_response import ToolResponse
from .trailing_text import TrailingText

__all__ = [
    "CALL_FINDINGS",
    "Announcement",
    "Contamination",
    "Coverage",
    "DoubleWrap",
    "Emails",
    "Envelope",
    "Finding",
    "LineFormat",
    "NoAnswer",
    "Preamble",
    "Roles",
    "RowFinding",
    "Secrets",
    "SystemPrompt",
    "TooLong",
    "ToolResponse",
    "TrailingText",
    "UnknownRoles",
]
