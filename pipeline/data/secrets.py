"""Keys, tokens and e-mail addresses in text, by the detectors of detect-secrets."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

# The detectors with a pattern of their own. Those that guess from entropy or from the name of a
# variable find something in every second line of code, so they are left out.
DETECTORS = {
    "aws": ("AWSKeyDetector", (b"A3T", b"ABIA", b"ACCA", b"AKIA", b"ASIA", b"aws", b"AWS", b"Aws")),
    "azure_storage_key": ("AzureStorageKeyDetector", (b"AccountKey=",)),
    "basic_auth": ("BasicAuthDetector", (b"://",)),
    "github_token": ("GitHubTokenDetector", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_")),
    "gitlab_token": (
        "GitLabTokenDetector",
        (
            *(b"glpat-", b"gldt-", b"glft-", b"glsoat-", b"glrt-", b"GR1348941", b"glcbt-"),
            *(b"glimt-", b"glptt-", b"glagent-", b"gloas-"),
        ),
    ),
    "jwt": ("JwtTokenDetector", (b"eyJ",)),
    "mailchimp": ("MailchimpDetector", (b"-us",)),
    "npm": ("NpmDetector", (b":_authToken=",)),
    "openai": ("OpenAIDetector", (b"T3BlbkFJ",)),
    "private_key": ("PrivateKeyDetector", (b"BEGIN ", b"PuTTY-User-Key-File-2")),
    "pypi_token": ("PypiTokenDetector", (b"pypi-AgE",)),
    "sendgrid": ("SendGridDetector", (b"SG.",)),
    "slack": ("SlackDetector", (b"xox", b"XOX", b"hooks.slack.com")),
    "square_oauth": ("SquareOAuthDetector", (b"sq0csp-",)),
    "stripe": ("StripeDetector", (b"k_live_",)),
    "twilio": ("TwilioKeyDetector", (b"AC", b"SK")),
}
EMAIL = re.compile(
    r"\b(?P<name>[A-Za-z0-9][\w.+-]{0,63})@"
    r"(?!(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?\b)"
    r"(?P<domain>(?:[A-Za-z0-9-]{1,63}\.)+(?!(?:py|js|ts|md|json|setter|getter|deleter)\b)"
    r"[A-Za-z]{2,24})\b"
)


class Secret(NamedTuple):
    """A secret: what kind it is, and the run of characters without a space that holds it."""

    kind: str
    start: int
    end: int

    def hidden_in(self, text: str) -> tuple[str, int, int]:
        """Return the text with the secret hidden but for its first four characters, and where."""
        shown = f"{text[self.start : self.start + 4]}\u2026 ({self.end - self.start} characters)"
        return text[: self.start] + shown + text[self.end :], self.start, self.start + len(shown)


_NEEDED = tuple({needle for _, needles in DETECTORS.values() for needle in needles})


def may_hold_secret(line: bytes) -> bool:
    """Tell, for the bytes of a row, whether a detector could find anything: never wrongly no.

    Every pattern needs one of its literals (Slack's in the case that Slack writes them). In JSON a
    letter may be written as an escape, so a row with escapes passes.
    """
    if b"\\u" in line:
        return True
    return any(needle in line for needle in _NEEDED)


@cache
def _detectors() -> tuple[tuple[Any, tuple[str, ...]], ...]:
    import importlib

    found = []
    for module, (name, needles) in DETECTORS.items():
        plugin = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)
        found.append((plugin(), tuple(needle.decode() for needle in needles)))
    return tuple(found)


_BORDER = frozenset(" \t\r\"'`,;()[]{}<>")


def _run_around(line: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and line[start - 1] not in _BORDER:
        start -= 1
    while end < len(line) and line[end] not in _BORDER:
        end += 1
    return start, end


def find_secrets(text: str) -> Iterator[Secret]:
    """Yield the secrets of a text."""
    for detector, needles in _detectors():
        if not any(needle in text for needle in needles):
            continue
        offset = 0
        for line in text.split("\n"):
            for value in detector.analyze_string(line):
                # Some detectors return no more than a part of what they matched.
                found = line.find(value) if isinstance(value, str) else -1
                if found >= 0:
                    start, end = _run_around(line, found, found + len(value))
                    yield Secret(detector.secret_type, offset + start, offset + end)
            offset += len(line) + 1
