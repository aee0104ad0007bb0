"""Keys, tokens and e-mail addresses in text, by the detectors of detect-secrets."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

# The detectors with a pattern of their own. Those that guess from entropy or from the name of a
# variable find something in every second line of code, so they are left out.
DETECTORS = {
    "aws": ("AWSKeyDetector", ("A3T", "ABIA", "ACCA", "AKIA", "ASIA", "aws", "AWS", "Aws")),
    "azure_storage_key": ("AzureStorageKeyDetector", ("AccountKey=",)),
    "basic_auth": ("BasicAuthDetector", ("://",)),
    "github_token": ("GitHubTokenDetector", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    "gitlab_token": (
        "GitLabTokenDetector",
        (
            *("glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "GR1348941", "glcbt-"),
            *("glimt-", "glptt-", "glagent-", "gloas-"),
        ),
    ),
    "jwt": ("JwtTokenDetector", ("eyJ",)),
    "mailchimp": ("MailchimpDetector", ("-us",)),
    "npm": ("NpmDetector", (":_authToken=",)),
    "openai": ("OpenAIDetector", ("T3BlbkFJ",)),
    "private_key": ("PrivateKeyDetector", ("BEGIN ", "PuTTY-User-Key-File-2")),
    "pypi_token": ("PypiTokenDetector", ("pypi-AgE",)),
    "sendgrid": ("SendGridDetector", ("SG.",)),
    "slack": ("SlackDetector", ("xox", "XOX", "hooks.slack.com")),
    "square_oauth": ("SquareOAuthDetector", ("sq0csp-",)),
    "stripe": ("StripeDetector", ("k_live_",)),
    "twilio": ("TwilioKeyDetector", ("AC", "SK")),
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


# A key is a run of letters, digits, `_` and `-` at least this long; JWT headers are the shortest.
LONG_WORD = 19

# 1 for every byte that ends such a run.
_BREAKS = bytes(
    not (code < 128 and (chr(code).isalnum() or chr(code) in "_-")) for code in range(256)
)

# What may be found outside of such a run, and what a run must hold for a detector to find it.
_ELSEWHERE = (
    *(b"PRIVATE KEY", b"AccountKey=", b"aws", b"AWS", b"Aws", b"hooks.slack", b":_authToken="),
)
_IN_RUN = re.compile(
    b"|".join(
        re.escape(needle.encode())
        for _, needles in DETECTORS.values()
        for needle in needles
        if re.fullmatch(r"[\w-]+", needle) and needle.lower() != "aws"
    )
)


def suspicious_lines(content: bytes) -> frozenset[int]:
    """Return the numbers, from 0, of the lines with a run that a detector could find a key in."""
    breaks = np.flatnonzero(np.frombuffer(content.translate(_BREAKS), dtype=np.uint8))
    ends = np.concatenate((breaks, [len(content)]))
    starts = np.concatenate(([-1], breaks))
    long = np.flatnonzero(ends - starts > LONG_WORD)
    begins = (starts[long] + 1).tolist()
    found = [
        begin
        for begin, end in zip(begins, ends[long].tolist(), strict=True)
        # The first of SendGrid's two runs has the mark before it.
        if _IN_RUN.search(content, begin, end) or content.startswith(b"SG.", begin - 3)
    ]
    if not found:
        return frozenset()
    feeds = breaks[np.frombuffer(content, dtype=np.uint8)[breaks] == 10]
    return frozenset(np.searchsorted(feeds, found).tolist())


def may_hold_secret(line: bytes, *, suspicious: bool = True) -> bool:
    """Tell, for the bytes of a row, whether a detector could find anything: never wrongly no.

    In JSON a letter may be written as an escape, so a row with such escapes passes.
    """
    if suspicious or b"@" in line or b"\\u" in line:
        return True
    return any(needle in line for needle in _ELSEWHERE)


@cache
def _detectors() -> tuple[tuple[Any, tuple[str, ...]], ...]:
    import importlib

    found = []
    for module, (name, needles) in DETECTORS.items():
        plugin = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)
        found.append((plugin(), needles))
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
