"""Six tools of a calendar and mail assistant: a signature and a result model for each."""

from fixtures import Record, Result


class Event(Record):
    """One entry of the calendar; times as in 2025-03-14T09:30, minutes in whole numbers."""

    title: str
    start: str
    minutes: int
    place: str | None = None
    guests: list[str]


class ListEventsResult(Result):
    """What `list_events` returns."""

    event_count: int
    events: list[Event]


class FreeSlot(Record):
    """A stretch of time without an event."""

    start: str
    minutes: int


class FindFreeSlotsResult(Result):
    """What `find_free_slots` returns."""

    slots: list[FreeSlot]


class MailHeader(Record):
    """A mail as a search shows it."""

    mail_id: str
    sender: str
    subject: str
    unread: bool


class SearchMailResult(Result):
    """What `search_mail` returns."""

    mail_count: int
    mails: list[MailHeader]


class ReadMailResult(Result):
    """What `read_mail` returns."""

    mail_id: str
    sender: str
    subject: str
    body: str


# Tools that act return text: what they did. Tools that tell return a model.
# fmt: off
def list_events(day: str) -> ListEventsResult:  # type: ignore[empty-body]
    """List the events of a day."""

def find_free_slots(day: str, minutes: int) -> FindFreeSlotsResult:  # type: ignore[empty-body]
    """Find stretches of a day that are free for so many minutes."""

def create_event(title: str, start: str, minutes: int = 30) -> str:  # type: ignore[empty-body]
    """Put an event into the calendar."""

def search_mail(query: str, unread_only: bool = False) -> SearchMailResult:  # type: ignore[empty-body]
    """Search the mailbox."""

def read_mail(mail_id: str) -> ReadMailResult:  # type: ignore[empty-body]
    """Read one mail as a whole."""

def send_mail(to: str, subject: str, body: str) -> str:  # type: ignore[empty-body]
    """Send a mail."""
# fmt: on
