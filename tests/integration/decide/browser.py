"""A real Chromium that opens pages from disk and counts what it must not do."""

import os
import shutil
from dataclasses import dataclass, field

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium: CHROMIUM if it is set, else what the PATH has."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, (shutil.which(name) for name in names if name)), None)


@dataclass
class Opened:
    """A page that was opened: what it asked for beyond the disk, and what it complained of."""

    page: object
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def open_page(context, path) -> Opened:
    """Open a file in a new tab, watching its requests, its console and its errors."""
    page = context.new_page()
    opened = Opened(page)
    page.on("request", lambda request: opened.requests.append(request.url))
    page.on("console", lambda message: opened.messages.append(message.text))
    page.on("pageerror", lambda error: opened.messages.append(str(error)))
    page.on("dialog", lambda dialog: opened.messages.append(f"dialog {dialog.message}"))
    page.goto(path.as_uri())
    return opened
