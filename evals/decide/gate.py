"""The gate: a policy's targets held against the results."""

from dataclasses import dataclass

from .compared import Comparison
from .demands import Demand, demands_of
from .policies import RATES, Policy
from .repeats import Share
from .results import Rate, Results


@dataclass(frozen=True)
class GateLine:
    """One row of the table: a rate beside its target; `met` is None when it was not judged.

    With `lower_bound` it is the lower end of the 95 % interval that is held against the target.
    """

    name: str
    rate: Rate | None
    target: float | None
    lower_bound: bool = False

    @property
    def _share(self) -> Share:
        """How many passed of how many that count: with repeats, the mean over cases."""
        if self.rate is None:
            return Share(0, 0)
        if self.name == "executed":
            return Share(self.rate.executed, self.rate.executable)
        return Share(self.rate.strict, self.rate.answers)

    @property
    def _low(self) -> float:
        """The lower end of the interval."""
        assert self.rate is not None
        executed = self.name == "executed"
        return (self.rate.executed_bounds if executed else self.rate.strict_bounds).low

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; None without a target or when cases are missing."""
        passed, answers = self._share
        if self.target is None or self.rate is None or not self.rate.complete or not answers:
            return None
        if self.lower_bound:
            return self._low >= self.target
        return 100 * passed >= self.target * answers

    def fails(self) -> str | None:
        """Return the sentence that says how the target was missed."""
        if self.met is not False or self.rate is None:
            return None
        found = self.rate.executed_pct if self.name == "executed" else self.rate.strict_pct
        if self.lower_bound:
            return f"{self.name} {found:g} %, lower bound {self._low:.1f} % < {self.target:g} %"
        return f"{self.name} {found:g} % < {self.target:g} %"


@dataclass(frozen=True)
class GateResult:
    """What a policy says of a run; `passed` is None when a target could not be judged."""

    policy: Policy
    lines: tuple[GateLine, ...]
    demands: tuple[Demand, ...] = ()

    @property
    def failures(self) -> tuple[str, ...]:
        """One sentence for each target that was missed and each demand that was not met."""
        missed = [sentence for line in self.lines if (sentence := line.fails())]
        return (*missed, *(demand.sentence for demand in self.demands if demand.met is False))

    @property
    def not_judged(self) -> tuple[str, ...]:
        """The targets for which cases are missing."""
        return tuple(
            line.name for line in self.lines if line.target is not None and line.met is None
        )

    @property
    def undecided(self) -> tuple[str, ...]:
        """One sentence for each demand that could not be judged."""
        return tuple(demand.sentence for demand in self.demands if demand.met is None)

    @property
    def passed(self) -> bool | None:
        """Whether everything was met; None when anything was not judged, whatever the rest says."""
        return None if self.not_judged or self.undecided else not self.failures


def apply_gate(
    policy: Policy, results: Results, comparison: Comparison | None = None
) -> GateResult:
    """Hold a policy against results: a row for overall, each category and each target.

    `comparison` is that of the baseline with these results, for a policy that demands it.
    """
    names = [
        "overall",
        *results.summary.categories,
        *(name for name in RATES if name in policy.targets),
    ]
    lines = [
        GateLine(name, results.rate(name), policy.targets.get(name), policy.lower_bound)
        for name in dict.fromkeys(names)
        if results.rate(name) is not None or name in policy.targets
    ]
    return GateResult(policy, tuple(lines), demands_of(policy, results, comparison))
