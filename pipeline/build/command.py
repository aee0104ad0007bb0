"""`callgate build`: from data to a verdict as one chain that can be resumed."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import CallgateError

from ..ending import ended_like_interrupted
from ..files import CHECKOUT
from ..model.embedded import EMBEDDED_MODEL_UNQUANTIZED
from .build import EVALUATE, GATE, STAGES, TRAIN, Build
from .profile import Profile, built_in, read_profile

if TYPE_CHECKING:
    from .stage import Stage

BUILDS = CHECKOUT / "builds"
REPORTS = CHECKOUT / "reports"
EXIT_STOPPED = 1
# Of `callgate gate`.
EXIT_FAILED = 1

_EPILOG = f"""
stages: {", ".join(STAGES)}

A stage whose inputs are unchanged (files by content, settings by value) and whose output is there
is skipped. A build that was stopped or killed goes on with the same command, a training from its
last checkpoint. build.json says what each stage was made from.

examples:
  callgate build --list
  callgate build --profile embedded
  callgate build --profile embedded --adapter pipeline/adapters/embedded
  callgate build --profile mine.toml --until fidelity

Exit codes: those of the gate (0 passed, 1 failed, 3 could not judge); 1 too when the fused or
quantized model is not what was trained; 2 bad input.
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate build`."""
    parser = argparse.ArgumentParser(
        prog="callgate build",
        description="Go from data to a verdict: clean, train, fuse, quantize, prove, ask, decide.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--profile", metavar="NAME", help="a built-in profile or a TOML file")
    add("--list", action="store_true", help="list the built-in profiles")
    add("-o", "--out", type=Path, metavar="DIR", help="the build folder (default: builds/NAME)")
    add("--data", type=Path, metavar="DIR", help="other data than the profile's")
    add("--base", type=Path, metavar="DIR", help="where the base model lies, if elsewhere")
    add("--seed", type=int, metavar="N", help="another seed than the profile's")
    add("--adapter", type=Path, metavar="DIR", help="take this adapter instead of training")
    add(
        "--adapters",
        type=Path,
        metavar="DIR",
        help="where adapters of earlier trainings lie; one made from the same base, data and "
        "settings is taken",
    )
    add("--reports", type=Path, metavar="DIR", default=REPORTS, help="where the run goes")
    add("--until", choices=STAGES, metavar="STAGE", help="the last stage to make")
    add(
        "--force",
        action="store_true",
        help="train although the audit finds errors in the data or memory seems too small",
    )
    add("--restart", action="store_true", help="throw away an unfinished training of other things")
    add(
        "--carry",
        type=Path,
        metavar="DIR",
        help="write the adapter there in float16 to be carried by a repository, gate passed or not",
    )
    add("--not-enforced", action="store_true", help="end with 0 although the gate failed")
    add("--keep-intermediates", action="store_true", help="keep every big folder")
    add("--dry-run", action="store_true", help="say what would be made and why, and make nothing")
    options = parser.parse_args(arguments)
    if not options.list and options.profile is None:
        parser.error("give --profile NAME, or --list")
    if options.carry is not None and options.until not in (None, GATE):
        parser.error("--carry is for a whole build: leave out --until")
    return options


def _list() -> list[str]:
    lines = []
    for name in built_in():
        profile = read_profile(name)[1]
        settings, recipe = profile.settings, profile.quantize
        after = f" after {profile.start}" if profile.start else ""
        lines.append(f"{name:<16}{profile.description}")
        lines.append(
            f"{'':<16}{Path(profile.base).name}, {profile.data.removeprefix(f'{CHECKOUT}/')}, "
            f"{settings.iterations} iterations at {settings.learning_rate:g}{after}, "
            f"{recipe.bits} bits in groups of {recipe.group_size}, gate {profile.gate.policy}"
        )
    return lines


def _with_options(profile: Profile, options: argparse.Namespace) -> Profile:
    update = {
        name: str(path.resolve())
        for name, path in (("data", options.data), ("base", options.base))
        if path is not None
    }
    return profile.model_copy(update=update)


def _ready_base(base: Path, *, dry_run: bool) -> None:
    """Import the embedded model where it is the base and absent; check any other."""
    from ..model.folder import check_model_folder

    if base != EMBEDDED_MODEL_UNQUANTIZED or base.exists() or dry_run:
        check_model_folder(base)
        return
    from ..model.embedded import find_embedded_gguf
    from ..model.importing import ImportSettings, import_gguf

    import_gguf(ImportSettings(find_embedded_gguf(), base, is_embedded=True))


def _up_to(stages: "list[Stage]", until: str | None) -> "list[Stage]":
    """Return the stages up to that name, be there one of it or not; several models may be asked."""
    if until is None:
        return stages
    wanted = STAGES[: STAGES.index(until) + 1]
    return [stage for stage in stages if stage.name.split("-")[0] in wanted]


def _asked(options: argparse.Namespace) -> Build:
    """Return the build that parsed options ask for; raises CallgateError for bad input."""
    name, profile = read_profile(options.profile)
    profile = _with_options(profile, options)
    base = Path(profile.base)
    _ready_base(base, dry_run=options.dry_run)

    from ..model.folder import model_fingerprint

    if options.adapters is not None and not options.adapters.is_dir():
        raise CallgateError(f"{options.adapters}: no such folder")
    folder = (options.out or BUILDS / name).resolve()
    return Build(
        name=folder.name,
        profile=profile,
        folder=folder,
        reports=options.reports.resolve(),
        base_fingerprint=model_fingerprint(base),
        seed=options.seed,
        adapter=options.adapter.resolve() if options.adapter else None,
        adapters=options.adapters.resolve() if options.adapters else None,
        keep_all=options.keep_intermediates,
        restart=options.restart,
        force=options.force,
    )


def _carry(build: Build, adapter: Path, target: Path) -> str:
    """Write the small copy of an adapter and say so."""
    from ..model.folders import megabytes
    from .adapters import carry_adapter

    base = Path(build.profile.base)
    shown = base.relative_to(CHECKOUT) if base.is_relative_to(CHECKOUT) else base.name
    return f"wrote {target}: {megabytes(carry_adapter(adapter, target, str(shown)))}"


def main(arguments: Sequence[str]) -> int:
    """Run `callgate build` and return its exit code; raises CallgateError for bad input."""
    options = parse_arguments(arguments)
    if options.list:
        print("\n".join(_list()))
        return 0
    build = _asked(options)

    from .chain import Chain, say
    from .disk import check_disk
    from .model_stages import NotWhatWasTrained
    from .stages import stages_of

    until = None if options.until == GATE else options.until
    chain = Chain(build.folder, _up_to(stages_of(build), until))
    steps = chain.steps()
    if options.dry_run:
        for step in steps:
            print(f"{step.stage.name:<18}{step.reason or 'unchanged'}")
        return 0
    check_disk(
        build.folder, build.profile, [step.stage.name for step in steps if step.reason is not None]
    )
    say(f"build {build.folder}")
    try:
        # The cases are asked in a process of its own, which must not go on without this one.
        with ended_like_interrupted():
            chain.run()
    except NotWhatWasTrained as problem:
        say(f"callgate: {problem}")
        return EXIT_STOPPED
    print("\n" + "\n".join(chain.table()))
    if until is not None:
        return 0
    from ..asking import hold_gate

    run = Path(chain.record.stages[EVALUATE].output)
    policy = build.profile.gate.policy
    say(f"\ngate {policy}, run {run}")
    code = hold_gate(run, policy, build.reports)
    say(f"report: {run / 'report.html'}")
    if options.carry is not None:
        say(_carry(build, Path(chain.record.stages[TRAIN].output), options.carry))
    return 0 if options.not_enforced and code == EXIT_FAILED else code
