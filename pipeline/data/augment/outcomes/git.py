"""What git tells in a scene."""

from typing import TYPE_CHECKING

from fixtures.results import (
    DiffFile,
    GitCommit,
    GitDiffResult,
    GitFileStatus,
    GitLogResult,
    GitStatusResult,
)

from .request import Request, file_under, is_file

if TYPE_CHECKING:
    from ..scene import Scene

STATES = ("modified", "modified", "modified", "added", "deleted", "untracked", "renamed")
DEFAULT_COMMITS = 10


def _changed_files(scene: "Scene", path: str, count: int) -> list[str]:
    """Return files that differ from the last commit: mostly Python, the first one always."""
    if is_file(path) and count:
        return [path]
    found: dict[str, None] = {}
    while len(found) < count:
        other = scene.pick((scene.test_path, scene.document, scene.config))
        maker = scene.path if not found or scene.chance(0.65) else other
        found.setdefault(file_under(scene, path) if path != "." else maker())
    return list(found)


def git_status(scene: "Scene", request: Request) -> GitStatusResult:
    """Return what git_status returns."""
    path = request.text("path")
    files = []
    for file in _changed_files(scene, path, request.length(scene, 6)):
        status = scene.pick(STATES)
        staged = status != "untracked" and scene.chance(0.4)
        files.append(GitFileStatus(file=file, status=status, staged=staged))
    return GitStatusResult(clean=not files, file_count=len(files), files=files)


def git_diff(scene: "Scene", request: Request) -> GitDiffResult:
    """Return what git_diff returns."""
    path = request.text("path")
    files = []
    for file in _changed_files(scene, path, request.length(scene, 5)):
        hunks, added, removed = [], 0, 0
        for _ in range(scene.number(1, 3)):
            line, old, new = scene.line(), scene.number(0, 14), scene.number(1, 24)
            removed, added = removed + old, added + new
            hunks.append(f"@@ -{line},{old} +{line},{new} @@ def {scene.function()}():")
        files.append(DiffFile(file=file, additions=added, deletions=removed, hunks=hunks))
    return GitDiffResult(
        file_count=len(files),
        additions=sum(file.additions for file in files),
        deletions=sum(file.deletions for file in files),
        files=files,
    )


def git_log(scene: "Scene", request: Request) -> GitLogResult:
    """Return what git_log returns."""
    asked = request.arguments.get("count", DEFAULT_COMMITS)
    number = min(asked, request.length(scene, 8))
    commits = [
        GitCommit(
            hash=scene.hash(), message=scene.commit_message(), author=scene.author(), date=day
        )
        for day in scene.dates(number)
    ]
    return GitLogResult(commits=commits, commit_count=len(commits))
