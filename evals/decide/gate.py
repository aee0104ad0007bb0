"""The gate: a policy's targets held against the results."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from fixtures import CATEGORIES, MARKERS, CallgateError

from .results import Rate, Results

POLICIES_FILE = Path(__file__).with_name("policies.toml")
OFF = "off"

_NAMES = ("overall", "executed", *MARKERS)


@dataclass(frozen=True)
class Policy:
    """A gate by name: targets in percent of strict passes; `executed` in percent of code run."""

    name: str
    targets: dict[str, float]


@dataclass(frozen=True)
class GateLine:
    """One row of the table: a rate beside its target; `met` is None when it was not judged."""

    name: str
    rate: Rate | None
    target: float | None

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; None without a target or when cases are missing."""
        if self.target is None or self.rate is None or not self.rate.complete:
            return None
        if self.name == "executed":
            if not self.rate.executable:
                return None
            return 100 * self.rate.executed >= self.target * self.rate.executable
        return 100 * self.rate.strict >= self.target * self.rate.cases

    def fails(self) -> str | None:
        """Return the sentence that says how the target was missed."""
        if self.met is not False or self.rate is None:
            return None
        found = self.rate.executed_pct if self.name == "executed" else self.rate.strict_pct
        return f"{self.name} {found:g} % < {self.target:g} %"


@dataclass(frozen=True)
class GateResult:
    """What a policy says of a run; `passed` is None when a target could not be judged."""

    policy: Policy
    lines: tuple[GateLine, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """One sentence for each target that was missed."""
        return tuple(sentence for line in self.lines if (sentence := line.fails()))

    @property
    def not_judged(self) -> tuple[str, ...]:
        """The targets for which cases are missing."""
        return tuple(
            line.name for line in self.lines if line.target is not None and line.met is None
        )

    @property
    def passed(self) -> bool | None:
        """Whether every target was met; None when cases are missing, whatever the others say."""
        return None if self.not_judged else not self.failures


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
        targets: dict[str, float] = {}
        for key, target in table.items():
            if key == "why":
                continue
            if key not in (*_NAMES, "every_category"):
                known = ", ".join((*_NAMES, "every_category"))
                raise CallgateError(f"{path}: policy {name!r}: no rate is named {key!r}; {known}")
            if isinstance(target, bool) or not isinstance(target, int | float):
                raise CallgateError(f"{path}: policy {name!r}: key {key!r}: must be a number")
            if not 0 <= target <= 100:
                raise CallgateError(f"{path}: policy {name!r}: key {key!r}: 0 to 100 percent")
            targets[key] = target
        every = targets.pop("every_category", None)
        if every is not None:
            targets |= {category: targets.get(category, every) for category in CATEGORIES}
        if not targets:
            raise CallgateError(f"{path}: policy {name!r}: has no target")
        policies[name] = Policy(name, targets)
    return policies


def find_policy(name: str, path: Path = POLICIES_FILE) -> Policy:
    """Return a policy by name; raises CallgateError that lists the known ones."""
    policies = read_policies(path)
    if name not in policies:
        known = ", ".join([*policies, OFF])
        raise CallgateError(f"no gate is named {name!r}: known are {known} (see {path})")
    return policies[name]


def apply_gate(policy: Policy, results: Results) -> GateResult:
    """Hold a policy against results: a row for overall, each category and each target."""
    names = ["overall", *CATEGORIES, *(name for name in _NAMES if name in policy.targets)]
    lines = [
        GateLine(name, results.rate(name), policy.targets.get(name))
        for name in dict.fromkeys(names)
        if results.rate(name) is not None or name in policy.targets
    ]
    return GateResult(policy, tuple(lines))
