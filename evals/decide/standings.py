"""How a run stands in each category that examples can be generated for."""

from collections.abc import Sequence

from fixtures import CallgateError, Case, Suite, alternatives
from pipeline.data.augment.weakest import Standing

from .records import CaseRecord
from .repeats import Share, total
from .results import Results

# The rate that the verdict `deploy` asks of the whole; below it a category pulls the whole down.
WANTED_PCT = 80


def part_of(record: CaseRecord) -> str:
    """Return the category of a case, multi_turn parted into its kinds summary and chaining."""
    parts = [group for group in record.groups if group in ("summary", "chaining")]
    return parts[0] if parts else record.category


def records_by_part(results: Results) -> dict[str, list[CaseRecord]]:
    """Return the judged cases of each part, in the order of the suite."""
    found: dict[str, list[CaseRecord]] = {}
    for record in results.cases:
        found.setdefault(part_of(record), []).append(record)
    return found


def strict_share(records: Sequence[CaseRecord]) -> Share:
    """Return how many answers to some cases passed strictly."""
    return total([record.share for record in records])


def is_weak(records: Sequence[CaseRecord]) -> bool:
    """Whether less than 80 % of the answers to some cases passed strictly."""
    passed, answers = strict_share(records)
    return 100 * passed < WANTED_PCT * answers


def _expected_tools(case: Case) -> frozenset[str]:
    entries = [*case.tools, *(case.second_turn.tools if case.second_turn else ())]
    return frozenset(name for entry in entries for name in alternatives(entry))


def weak_standings(results: Results, suite: Suite) -> list[Standing]:
    """Return how a run stands where less than 80 % of the cases passed strictly.

    Raises CallgateError when the run asked another suite, whose expected tools are not known.
    """
    if results.suite_sha256 != suite.sha256:
        raise CallgateError(
            f"the run asked another suite ({results.suite_sha256[:12]}) than {suite.folder} "
            f"({suite.sha256[:12]}): give its folder with --suite, or judge the answers again with "
            "`pytest evals --replay RUN`"
        )
    found = []
    for part, records in records_by_part(results).items():
        missed = [record for record in records if not record.strict]
        if is_weak(records):
            tools = tuple(_expected_tools(suite.case(record.id)) for record in missed)
            found.append(Standing(part, len(records), len(records) - len(missed), tools))
    return found
