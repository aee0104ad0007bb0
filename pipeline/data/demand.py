"""What a suite asks of a model: how many cases want each kind, tool and field."""

from collections import Counter
from dataclasses import dataclass

from fixtures import Case, Suite, alternatives

# The kinds of case by id, each with the words that follow "36 of 938 rows".
KINDS = {
    "direct_answer": "answer without a call",
    "single_call": "make one call with one tool",
    "several_tools": "call several tools at once",
    "calls_in_a_row": "make a second call after a result",
    "summary": "say what a result says",
}


@dataclass(frozen=True)
class Demand:
    """How many cases of a suite ask for each kind, tool and field."""

    kinds: Counter[str]
    tools: Counter[str]
    fields: Counter[str]
    categories: dict[str, str]

    def category_of(self, kind: str) -> str:
        """Return what the suite calls the cases of a kind."""
        return self.categories.get(kind, kind)


def kind_of(case: Case) -> str:
    """Return the kind of a case."""
    if case.wants == "answer":
        return "direct_answer"
    if case.kind == "chaining":
        return "calls_in_a_row"
    if case.kind == "summary":
        return "summary"
    return "several_tools" if len(case.tools) > 1 else "single_call"


def demand_of(suite: Suite) -> Demand:
    """Count what a suite asks; of several alternatives each counts."""
    kinds: Counter[str] = Counter()
    tools: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    names: dict[str, Counter[str]] = {}
    for case in suite.cases:
        kind = kind_of(case)
        kinds[kind] += 1
        names.setdefault(kind, Counter())[case.kind or case.category] += 1
        expected = [*case.tools, *(case.second_turn.tools if case.second_turn else ())]
        tools.update({name for entry in expected for name in alternatives(entry)})
        fields.update({name for entry in case.fields for name in alternatives(entry)})
    categories = {kind: counted.most_common(1)[0][0] for kind, counted in names.items()}
    return Demand(kinds, tools, fields, categories)
