"""The results file: what the judge said of each case, and the rates that follow from it."""

from collections.abc import Callable, Sequence
from math import fsum
from pathlib import Path
from typing import Literal

from pydantic import Field

from fixtures import Suite

from ..judge import JUDGE_VERSION
from ..record import Record, read_record
from .records import CaseRecord, LayerCount, total_tally
from .repeats import Share, all_pass, any_pass, effective_bounds, effective_size, shown_k, total
from .statistics import Interval, percent

# A file without repeats is written as schema 1, byte for byte as before there were any.
RESULTS_SCHEMAS = (1, 2)


class RepeatedRate(Record):
    """What several answers to each case tell beside their mean.

    `all_pass_pct` is pass^k and `any_pass_pct` pass@k by k, in percent, the mean over cases. The
    answers tell as much of the mean as `effective` independent ones would (of the executed share,
    `executed_effective`). `flaky` cases passed sometimes.
    """

    repeats: int
    effective: float
    executed_effective: float
    flaky: int
    all_pass_pct: dict[int, float]
    any_pass_pct: dict[int, float]


class Rate(Record):
    """How many answers to some cases passed; percentages and the 95 % interval of strict.

    A case has one answer unless it was `repeated`. `executed` of `executable` answers do what they
    should when they are run; `not_run` are those whose code the sandbox does not support.
    """

    cases: int
    of: int
    soft: int
    strict: int
    soft_pct: float
    strict_pct: float
    strict_low_pct: float
    strict_high_pct: float
    executed: int = 0
    executable: int = 0
    not_run: int = 0
    executed_pct: float | None = None
    repeated: RepeatedRate | None = Field(default=None, exclude_if=lambda value: value is None)

    @property
    def answers(self) -> int:
        """How many answers there are."""
        return self.cases * (self.repeated.repeats if self.repeated else 1)

    @property
    def strict_bounds(self) -> Interval:
        """The 95 % interval of the strict rate, in percent, not rounded."""
        effective = self.repeated.effective if self.repeated else self.cases
        return effective_bounds(Share(self.strict, self.answers), effective)

    @property
    def executed_bounds(self) -> Interval:
        """The 95 % interval of the executed share; raises ValueError where nothing was run."""
        effective = self.repeated.executed_effective if self.repeated else self.executable
        return effective_bounds(Share(self.executed, self.executable), effective)

    @property
    def complete(self) -> bool:
        """Whether every case of the suite that counts here was judged."""
        return self.cases == self.of


class Summary(Rate):
    """The overall rate, the rate of each category and of each group, and the two habits.

    Habits count answers; `layers` and `not_run_reasons` count turns.
    """

    verdict: Literal["deploy", "augment", "investigate"] | None
    categories: dict[str, Rate]
    groups: dict[str, Rate]
    announcements: int
    preambles: int
    not_run_reasons: dict[str, int] = Field(default_factory=dict)
    layers: dict[str, LayerCount] = Field(default_factory=dict)


class Results(Record):
    """results.json: holds no times, so that the same answers give the same file."""

    schema_version: Literal[1, 2] = 1
    suite_sha256: str
    judge_version: int
    model_fingerprint: str
    call_format: str = "code"
    summary: Summary
    cases: tuple[CaseRecord, ...]

    @property
    def repeats(self) -> int:
        """How often each case was asked."""
        return self.summary.repeated.repeats if self.summary.repeated else 1

    @property
    def flaky(self) -> tuple[CaseRecord, ...]:
        """The cases that passed sometimes."""
        return tuple(record for record in self.cases if record.flaky)

    def rate(self, name: str) -> Rate | None:
        """Return the rate of `overall`, a category or a group; None when none of it was judged.

        The rate of `executed` is that of `overall`, whose executed share it means.
        """
        if name in ("overall", "executed"):
            return self.summary
        return self.summary.categories.get(name) or self.summary.groups.get(name)


def _rate(records: Sequence[CaseRecord], of: int) -> Rate:
    shares = [record.share for record in records]
    runs = [record.executed_share for record in records]
    answers = [answer for record in records for answer in record.answers]
    strict, run = total(shares), total(runs)
    interval = effective_bounds(strict, effective_size(shares))
    soft = sum(answer.soft for answer in answers)
    return Rate(
        cases=len(records),
        of=of,
        soft=soft,
        strict=strict.passed,
        soft_pct=percent(soft, strict.asked),
        strict_pct=percent(strict.passed, strict.asked),
        strict_low_pct=round(interval.low, 1),
        strict_high_pct=round(interval.high, 1),
        executed=run.passed,
        executable=run.asked,
        not_run=sum(answer.executed == "not run" for answer in answers),
        executed_pct=percent(run.passed, run.asked) if run.asked else None,
        repeated=_repeated_rate(shares, runs) if records[0].repeated else None,
    )


def _repeated_rate(shares: Sequence[Share], runs: Sequence[Share]) -> RepeatedRate:
    repeats = shares[0].asked

    def mean(estimate: Callable[[Share, int], float]) -> dict[int, float]:
        return {
            k: round(100 * fsum(estimate(share, k) for share in shares) / len(shares), 1)
            for k in shown_k(repeats)
        }

    return RepeatedRate(
        repeats=repeats,
        effective=round(effective_size(shares), 3),
        executed_effective=round(effective_size(runs), 3),
        flaky=sum(0 < share.passed < share.asked for share in shares),
        all_pass_pct=mean(all_pass),
        any_pass_pct=mean(any_pass),
    )


def _verdict(rate: Rate) -> Literal["deploy", "augment", "investigate"] | None:
    if not rate.complete:
        return None
    share = 100 * rate.strict / rate.answers
    return "deploy" if share >= 80 else "augment" if share >= 70 else "investigate"


def summarize(suite: Suite, records: Sequence[CaseRecord]) -> Summary:
    """Return the rates of judged cases, held against the suite; raises ValueError for none.

    Raises ValueError too where one case has more answers than another.
    """
    if not records:
        raise ValueError("no case was judged")
    if len({len(record.answers) for record in records}) > 1:
        raise ValueError("some cases were asked more often than others")
    overall = _rate(records, len(suite.cases))
    rates: dict[str, Rate] = {}
    for name in suite.markers:
        inside = [record for record in records if name in (record.category, *record.groups)]
        if inside:
            rates[name] = _rate(inside, sum(name in case.markers for case in suite.cases))
    return Summary(
        **overall.model_dump(),
        verdict=_verdict(overall),
        categories={name: rates[name] for name in suite.categories if name in rates},
        groups={name: rate for name, rate in rates.items() if name not in suite.categories},
        **total_tally(record.tally for record in records).model_dump(),
    )


def make_results(
    suite: Suite, records: Sequence[CaseRecord], fingerprint: str, call_format: str = "code"
) -> Results:
    """Return the results of judged cases, in the order of the suite."""
    order = {case.id: position for position, case in enumerate(suite.cases)}
    ordered = tuple(sorted(records, key=lambda record: order[record.id]))
    summary = summarize(suite, ordered)
    return Results(
        schema_version=2 if ordered[0].repeated else 1,
        suite_sha256=suite.sha256,
        judge_version=JUDGE_VERSION,
        model_fingerprint=fingerprint,
        call_format=call_format,
        summary=summary,
        cases=ordered,
    )


def read_results(path: Path) -> Results:
    """Read a results file; raises CallgateError naming the file and the field."""
    advice = f"; this version reads schema {' and '.join(map(str, RESULTS_SCHEMAS))}"
    return read_record(path, Results, advice=advice)
