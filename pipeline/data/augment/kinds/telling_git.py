"""Telling what git says of files, changes and commits."""

from fixtures.results import GitDiffResult, GitLogResult, GitStatusResult

from ...counting import counted
from ..scene import Scene
from .words import joined, listed


def git_status_told(scene: Scene, result: GitStatusResult, _: str) -> str:
    """Tell which files differ from the last commit, and which of them are staged."""
    if not result.files:
        return scene.say(
            (
                "The working tree is clean, there is nothing to commit.",
                "Nothing is modified: the tree is clean.",
                "Your checkout is clean, 0 files differ from the last commit.",
            )
        )
    count = counted(result.file_count, "file")
    shape = scene.number(0, 2)
    if shape == 0 and len(result.files) > 1:
        groups: dict[str, list[str]] = {}
        for entry in result.files:
            groups.setdefault(entry.status, []).append(entry.file)
        items = [f"{status}: {', '.join(files)}" for status, files in groups.items()]
        staged = [entry.file for entry in result.files if entry.staged]
        items.append(f"staged: {', '.join(staged) or 'nothing'}")
        return "\n".join((f"{count} changed:", *(f"- {item}" for item in items)))
    items = [
        f"{entry.file} is {entry.status}" + (" and staged" if entry.staged else "")
        for entry in result.files
    ]
    if shape == 1:
        items = [
            f"{entry.file} ({entry.status}, {'staged' if entry.staged else 'not staged'})"
            for entry in result.files
        ]
    differ = f"{count} {'differs' if result.file_count == 1 else 'differ'} from the last commit"
    return listed(scene, scene.pick((differ, f"{count} changed", f"{count} not committed")), items)


def git_diff_told(scene: Scene, result: GitDiffResult, _: str) -> str:
    """Tell how many lines each file gained and lost."""
    if not result.files:
        return scene.say(
            (
                "The diff is empty: 0 files changed.",
                "There are no changes, nothing was added or deleted.",
            )
        )
    count = counted(result.file_count, "file")
    head = scene.say(
        (
            "{count} changed, {added} added and {removed} removed",
            "The diff touches {count}, with {additions} additions and {deletions} deletions",
            "{count} changed: +{additions} -{deletions} in all",
        ),
        count=count,
        added=counted(result.additions, "line"),
        removed=result.deletions,
        additions=result.additions,
        deletions=result.deletions,
    )
    form = scene.pick(
        (
            "{file} +{additions} -{deletions}",
            "{file} ({additions} added, {deletions} removed)",
            "{file} with {additions} new and {deletions} deleted lines",
        )
    )
    items = [form.format(**entry.model_dump(exclude={"hunks"})) for entry in result.files]
    if ":" in head:
        return f"{head}. " + joined(items) + "."
    return listed(scene, head, items)


def git_log_told(scene: Scene, result: GitLogResult, _: str) -> str:
    """Tell the messages of the commits, and mostly who made them."""
    if not result.commits:
        return scene.say(("There are no commits.", "The log is empty: 0 commits."))
    head = scene.say(
        ("The last {count}", "{count}, newest first", "There are {count}"),
        count=counted(result.commit_count, "commit"),
    )
    head = head.replace("The last 1 commit", "The last commit").replace("There are 1", "There is 1")
    form = scene.pick(
        (
            "{author}: {message} ({date})",
            "{message}, by {author}",
            "`{message}` by {author} on {date}",
            "{hash} {message}",
            "{author} on {date}: {message}",
        )
    )
    return listed(scene, head, [form.format(**found.model_dump()) for found in result.commits])
