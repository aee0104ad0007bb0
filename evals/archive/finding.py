"""Finding runs: by path, number, name, `latest` or a tag."""

import re
from pathlib import Path

from fixtures import CallgateError

from .tags import LATEST, read_tags

_NUMBERED = re.compile(r"(\d{4,})_(.+)")


def run_number(name: str) -> int:
    """Return the number of a run folder's name; raises ValueError for another name."""
    match = _NUMBERED.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not the name of a run folder")
    return int(match[1])


def run_folders(reports: Path) -> list[Path]:
    """Return the run folders in order of their numbers."""
    if not reports.is_dir():
        return []
    found = [
        entry for entry in reports.iterdir() if _NUMBERED.fullmatch(entry.name) and entry.is_dir()
    ]
    return sorted(found, key=lambda folder: (run_number(folder.name), folder.name))


def find_recorded(reports: Path, wish: str) -> Path:
    """Return the run folder, or the results file, that a wish means.

    Raises CallgateError when there is none, and when two runs of the same name could be meant.
    """
    path = Path(wish)
    if path.is_file() or (path.is_dir() and path != Path()):
        return path
    runs = run_folders(reports)
    if wish == LATEST and runs:
        return runs[-1]
    tags = read_tags(reports)
    if wish in tags.tags:
        tagged = reports / tags.tags[wish]
        if not tagged.is_dir():
            raise CallgateError(f"{wish}: means {tagged.name}, which is not in {reports}")
        return tagged
    matches = [
        run
        for run in runs
        if wish == run.name
        or wish == run.name.partition("_")[2]
        or (wish.isdigit() and int(wish) == run_number(run.name))
    ]
    if len(matches) > 1:
        named = ", ".join(run.name for run in matches)
        raise CallgateError(f"{wish}: several runs are meant by this: {named}; give the number")
    if not matches:
        known = ", ".join(run.name for run in runs[-5:]) or "none yet"
        raise CallgateError(f"{wish}: no such run; the latest in {reports} are: {known}")
    return matches[0]


def find_run_folder(reports: Path, wish: str) -> Path:
    """Return the run folder that a wish means; raises CallgateError, also for a single file."""
    found = find_recorded(reports, wish)
    if not found.is_dir():
        raise CallgateError(f"{found}: is a file; give the run folder")
    return found
