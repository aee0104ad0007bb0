"""`callgate runs`: the recorded runs: list, show, tag, prune."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fixtures import CallgateError
from pipeline.files import CHECKOUT

from .arguments import RUN_HELP, add_reports


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate runs`."""
    parser = argparse.ArgumentParser(
        prog="callgate runs", description="List, show, tag and prune the recorded runs."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all runs with their rates and tags")
    show = actions.add_parser("show", help="one run: its rates, and what was asked of what")
    show.add_argument("run", metavar="RUN", help=RUN_HELP)
    tag = actions.add_parser("tag", help="give a run a name such as baseline or production")
    tag.add_argument("run", metavar="RUN", nargs="?", help=RUN_HELP)
    tag.add_argument("tag", metavar="TAG", help="lower-case letters, digits, . _ -")
    tag.add_argument("--remove", action="store_true", help="take the tag away: `tag --remove TAG`")
    prune = actions.add_parser(
        "prune",
        help="free disk: a preview, or the deed with --yes",
        description="Remove old runs. What is tagged is never removed.",
    )
    prune.add_argument("--keep", type=int, metavar="N", default=20, help="latest runs to keep (20)")
    prune.add_argument(
        "--intermediates",
        action="store_true",
        help="also answers of runs broken off a day ago or more, and fused models",
    )
    prune.add_argument("--yes", action="store_true", help="remove, do not only show")
    for action in (listing, show, tag, prune):
        add_reports(action)
    options = parser.parse_args(arguments)
    if options.action == "tag" and bool(options.run) == options.remove:
        tag.error("give RUN TAG, or --remove TAG")
    return options


def _list(reports: Path) -> int:
    from ..archive.finding import run_folders
    from ..archive.recorded import read_run
    from ..archive.tags import read_tags

    tags = read_tags(reports)
    runs = run_folders(reports)
    if not runs:
        print(f"{reports} holds no run: `pytest evals` makes the first")
        return 0
    width = max(len(run.name) for run in runs)
    for folder in runs:
        names = " ".join(f"[{tag}]" for tag in tags.of_run(folder.name))
        try:
            run = read_run(folder)
        except CallgateError as problem:
            print(f"{folder.name:<{width}}  unreadable: {problem}")
            continue
        summary = run.results.summary
        verdict = summary.verdict or f"partial ({summary.cases} of {summary.of})"
        line = (
            f"{folder.name:<{width}}  {run.manifest.created[:16].replace('T', ' ')}  "
            f"{summary.strict:>3}/{summary.answers:<3} {summary.strict_pct:5.1f} %  "
            f"{verdict:<20}  {names}"
        )
        print(line.rstrip())
    return 0


def _show(reports: Path, wish: str) -> int:
    from ..archive.finding import find_run_folder
    from ..archive.recorded import read_run
    from ..archive.tags import read_tags
    from ..decide.gate import apply_gate
    from ..decide.policies import Policy, read_policies
    from ..report.table import repeats_sentences, text_table, verdict_sentence

    run = read_run(find_run_folder(reports, wish))
    manifest, results = run.manifest, run.results
    tags = ", ".join(read_tags(reports).of_run(run.name)) or "none"
    git = manifest.git
    facts = {
        "run": run.name,
        "tags": tags,
        "created": manifest.created,
        "model": f"{manifest.model_folder} ({manifest.model_fingerprint[:12]})",
        "suite": f"{manifest.suite_sha256[:12]}, {manifest.suite_cases} cases",
        "judge": f"version {manifest.judge_version}",
        "commit": f"{git.commit[:12]}{' with changes' if git.dirty else ''}" if git else "unknown",
        "command": " ".join(manifest.command),
        "folder": str(run.folder),
    }
    for name, value in facts.items():
        print(f"{name:<8}  {value}")
    print()
    # The policy of an old run may be gone or renamed.
    policy = read_policies().get(manifest.gate.policy, Policy(manifest.gate.policy, {}))
    print(text_table(apply_gate(policy, results)))
    print()
    print(f"verdict: {verdict_sentence(results)}")
    for sentence in repeats_sentences(results):
        print(sentence)
    return 0


def _tag(options: argparse.Namespace) -> int:
    from ..archive.finding import find_run_folder
    from ..archive.recorded import read_run
    from ..archive.tags import check_tag, read_tags, write_tags

    tag = check_tag(options.tag)
    tags = read_tags(options.reports)
    if options.remove:
        if tag not in tags.tags:
            raise CallgateError(f"no run is tagged {tag!r}")
        write_tags(options.reports, tags.changed({tag: None}))
        print(f"{tags.tags[tag]} is no longer tagged {tag}")
        return 0
    folder = find_run_folder(options.reports, options.run).resolve()
    if folder.parent != options.reports.resolve():
        raise CallgateError(f"{folder}: only runs in {options.reports} can be tagged")
    read_run(folder)
    write_tags(options.reports, tags.changed({tag: folder.name}))
    before = f", which was {tags.tags[tag]} before" if tag in tags.tags else ""
    print(f"{folder.name} is tagged {tag}{before}")
    return 0


def _prune(options: argparse.Namespace) -> int:
    from ..archive.finding import run_folders
    from ..archive.promotions import read_promotions
    from ..archive.prune import intermediates, old_runs, remove
    from ..archive.tags import read_tags

    if options.keep < 0:
        raise CallgateError("--keep must be at least 0")
    reports = options.reports
    runs = run_folders(reports)
    tagged = {*read_tags(reports).tags.values(), *read_promotions(reports).needed_runs}
    removals, kept = old_runs(runs, tagged, options.keep)
    if options.intermediates:
        removals += intermediates(reports, runs, tagged, CHECKOUT)
    for removal in removals:
        print(f"{removal.size / 1e6:10.1f} MB  {removal.what}: {removal.path}")
        if options.yes:
            remove(removal.path)
    for run in kept:
        print(f"      kept     {run.why}: {run.path}")
    total = sum(removal.size for removal in removals) / 1e6
    if options.yes:
        print(f"freed {total:.1f} MB")
    elif removals:
        print(f"would free {total:.1f} MB: nothing was removed yet, --yes does it")
    else:
        print("there is nothing to free")
    return 0


def main(arguments: Sequence[str]) -> int:
    """Run `callgate runs` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)
    if options.action == "list":
        return _list(options.reports)
    if options.action == "show":
        return _show(options.reports, options.run)
    return _tag(options) if options.action == "tag" else _prune(options)
