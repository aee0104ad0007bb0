"""Policies: what a gate demands of a run, read from TOML."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures import CATEGORIES, MARKERS, CallgateError

POLICIES_FILE = Path(__file__).with_name("policies.toml")
OFF = "off"

RATES = ("overall", "executed", *MARKERS)

_EVERY_CATEGORY = "every_category"
_WHY = "why"
_LOWER_BOUND = "lower_bound"
_NOT_WORSE = "not_worse_than_baseline"
_PINNED = "pinned"
_SWITCHES = (_LOWER_BOUND, _NOT_WORSE)


@dataclass(frozen=True)
class Policy:
    """A gate by name: targets in percent of strict passes; `executed` in percent of code run.

    With `lower_bound` the lower end of the 95 % interval must reach the targets; with `not_worse`
    no category may be significantly worse than in the baseline; `pinned` cases must pass.
    """

    name: str
    targets: dict[str, float]
    lower_bound: bool = False
    not_worse: bool = False
    pinned: tuple[str, ...] = ()


def _target(key: str, target: object, place: str) -> float:
    if key not in (*RATES, _EVERY_CATEGORY):
        known = ", ".join((*RATES, _EVERY_CATEGORY, *_SWITCHES, _PINNED))
        raise CallgateError(f"{place}: no rate is named {key!r}; {known}")
    if isinstance(target, bool) or not isinstance(target, int | float):
        raise CallgateError(f"{place}: key {key!r}: must be a number")
    if not 0 <= target <= 100:
        raise CallgateError(f"{place}: key {key!r}: 0 to 100 percent")
    return target


def _switch(table: dict[str, Any], key: str, place: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise CallgateError(f"{place}: key {key!r}: must be true or false")
    return value


def _pinned(table: dict[str, Any], place: str) -> tuple[str, ...]:
    names = table.get(_PINNED, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CallgateError(f"{place}: key {_PINNED!r}: must be a list of case ids")
    return tuple(names)


def _policy(name: str, table: dict[str, Any], place: str) -> Policy:
    others = (_WHY, _PINNED, *_SWITCHES)
    targets = {key: _target(key, table[key], place) for key in table if key not in others}
    every = targets.pop(_EVERY_CATEGORY, None)
    if every is not None:
        targets |= {category: targets.get(category, every) for category in CATEGORIES}
    policy = Policy(
        name,
        targets,
        lower_bound=_switch(table, _LOWER_BOUND, place),
        not_worse=_switch(table, _NOT_WORSE, place),
        pinned=_pinned(table, place),
    )
    if not (policy.targets or policy.not_worse or policy.pinned):
        raise CallgateError(f"{place}: has no target")
    return policy


def read_policies(path: Path = POLICIES_FILE) -> dict[str, Policy]:
    """Read the policies by name; raises CallgateError naming file, policy and key."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CallgateError(f"{path}: not valid TOML: {problem}") from problem
    except OSError as problem:
        raise CallgateError(f"{path}: cannot be read: {problem.strerror}") from problem
    policies = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise CallgateError(f"{path}: key {name!r}: a policy is a table of targets")
        policies[name] = _policy(name, table, f"{path}: policy {name!r}")
    return policies


def find_policy(name: str, path: Path = POLICIES_FILE) -> Policy:
    """Return a policy by name; raises CallgateError that lists the known ones."""
    policies = read_policies(path)
    if name not in policies:
        known = ", ".join([*policies, OFF])
        raise CallgateError(f"no gate is named {name!r}: known are {known} (see {path})")
    return policies[name]
