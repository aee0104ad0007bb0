"""The command line of `pytest evals`."""

import argparse
from pathlib import Path

import pytest

from fixtures import SUITE_FOLDER, SYSTEM_PROMPT, CallgateError, Suite
from pipeline.model.embedded import EMBEDDED_MODEL

from .archive.finding import find_run_folder
from .ask.answer import AskSettings, Sampling
from .decide.policies import OFF, find_policy
from .judge.formats import FORMATS
from .judge.formats.prompt import with_tools
from .number_options import positive, probability, temperature
from .report.run_folder import run_name
from .run import REPORTS, RunSettings

DEFAULT_GATE = "deploy"


def add_options(parser: pytest.Parser) -> None:
    """Add callgate's options to pytest's."""
    group = parser.getgroup("callgate", "callgate: ask a model the cases, judge, decide")
    _add_run(group)
    _add_drawing(group)
    _add_judging(group)


def _add_run(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--model",
        metavar="DIR",
        type=Path,
        default=EMBEDDED_MODEL,
        help="model folder to ask (default: the embedded 5-bit model)",
    )
    group.addoption(
        "--gate",
        metavar="NAME",
        default=DEFAULT_GATE,
        help="policy that decides the exit code: deploy, minimum, stretch, one of your own in "
        "evals/decide/policies.toml, or off (default: deploy)",
    )
    group.addoption(
        "--run-name",
        metavar="NAME",
        help="name of the run folder after its number (default: the name of the model folder)",
    )
    group.addoption(
        "--reports",
        metavar="DIR",
        type=Path,
        default=REPORTS,
        help="where run folders are written (default: reports/)",
    )


def _add_drawing(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--batch-size",
        metavar="N",
        type=positive,
        help="answers generated at once (default: as memory allows, at most 64)",
    )
    group.addoption(
        "--max-tokens",
        metavar="N",
        type=positive,
        default=Sampling.max_tokens,
        help=f"longest answer in tokens (default: {Sampling.max_tokens})",
    )
    group.addoption(
        "--repeats",
        metavar="N",
        type=positive,
        help="ask each case so many times, with --temperature (default: 1)",
    )
    group.addoption(
        "--temperature",
        metavar="T",
        type=temperature,
        help="draw tokens at this temperature (default: 0, the likeliest token)",
    )
    group.addoption(
        "--top-p",
        metavar="P",
        type=probability,
        help="draw from the likeliest tokens that together have this probability (default: 1)",
    )
    group.addoption(
        "--seed",
        metavar="N",
        type=int,
        help="where the random numbers of drawn tokens begin (default: 0)",
    )


def _add_judging(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--system-prompt",
        metavar="TEXT",
        help="system prompt, @FILE to read it from a file, '' for none "
        f"(default: {SYSTEM_PROMPT!r})",
    )
    group.addoption(
        "--replay",
        metavar="RUN",
        help="judge the recorded answers of a run again (folder, number, name, tag or `latest`); "
        "loads no model",
    )
    group.addoption(
        "--suite",
        metavar="DIR",
        type=Path,
        default=SUITE_FOLDER,
        help="a suite of your own: queries/, tool_responses/, tools.py, suite.toml "
        "(default: the 57 cases)",
    )
    group.addoption(
        "--call-format",
        choices=tuple(FORMATS),
        default="code",
        help="how calls are spelled: code mode, a call by name in one of three spellings, or auto "
        "to tell it call by call (default: code); layers that need code are then not applicable",
    )
    group.addoption(
        "--no-execute",
        action="store_true",
        help="read the code of calls and do not run it in the sandbox",
    )


def _system_prompt(wish: str | None, call_format: str, suite: Suite) -> str:
    if wish is None:
        # A model that was not trained in code mode knows neither the tools nor the format.
        return with_tools(suite.system_prompt, call_format, suite.tools)
    if not wish.startswith("@"):
        return wish
    try:
        return Path(wish[1:]).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise CallgateError(f"--system-prompt {wish}: cannot be read: {problem}") from problem


def check_drawing(option: argparse.Namespace) -> None:
    """Raise CallgateError for options of drawing that would do nothing."""
    drawing = {
        "--repeats": option.repeats,
        "--temperature": option.temperature,
        "--top-p": option.top_p,
        "--seed": option.seed,
    }
    given = [name for name, value in drawing.items() if value is not None]
    if option.replay and given:
        raise CallgateError(
            f"{given[0]} is for asking a model: --replay judges the answers that were recorded"
        )
    if option.temperature:
        return
    repeats = option.repeats or 1
    if repeats > 1:
        raise CallgateError(
            f"--repeats {repeats} at temperature 0 gives {repeats} equal answers: add "
            "--temperature 0.7, or ask once"
        )
    for name in ("--top-p", "--seed"):
        if name in given:
            raise CallgateError(
                f"{name} does nothing at temperature 0, which takes the likeliest token: add "
                "--temperature 0.7"
            )


def read_settings(config: pytest.Config, suite: Suite) -> RunSettings:
    """Return the settings that the command line asks for; raises CallgateError."""
    option = config.option
    check_drawing(option)
    gate = option.gate
    model: Path = option.model
    name = option.run_name or model.resolve().name
    if option.replay and not option.run_name:
        replayed = find_run_folder(option.reports, option.replay).resolve().name
        name = f"{replayed.partition('_')[2] or replayed}-again"
    return RunSettings(
        ask=AskSettings(
            model=model,
            sampling=Sampling(
                max_tokens=option.max_tokens,
                temperature=option.temperature or 0.0,
                seed=option.seed or 0,
                top_p=option.top_p or 1.0,
            ),
            system_prompt=_system_prompt(option.system_prompt, option.call_format, suite),
            batch_size=option.batch_size,
            repeats=option.repeats or 1,
        ),
        reports=option.reports,
        name=run_name(name),
        policy=find_policy(DEFAULT_GATE if gate == OFF else gate),
        enforced=gate != OFF,
        replay=option.replay,
        command=("pytest", *map(str, config.invocation_params.args)),
        workers=getattr(option, "numprocesses", None) or 0,
        execute=not option.no_execute,
        call_format=option.call_format,
    )
