"""A comparison as one self-contained page."""

from collections.abc import Mapping

from ..ask.answer import Answer
from ..decide.comparison import OUTCOMES, Comparison
from .compare_text import HEADER, METHODS, conclusion_meaning, rate_text, row_of
from .pages import page_environment

_EDGES = {"success": "good-edge", "partial": "warn-edge", "insufficient": "bad-edge", None: ""}

Answers = Mapping[str, tuple[Answer, ...]]


def compare_page(comparison: Comparison, before_answers: Answers, after_answers: Answers) -> str:
    """Return the page; changed cases show both answers where they were kept."""
    changes = (comparison.overall, *comparison.categories, *comparison.groups)
    categories = dict.fromkeys(case.category for case in comparison.cases)
    return (
        page_environment()
        .get_template("compare.html.j2")
        .render(
            comparison=comparison,
            conclusion=conclusion_meaning(comparison),
            edge=_EDGES[comparison.conclusion],
            changes=changes,
            rows=[row_of(change) for change in changes],
            header=HEADER,
            methods=METHODS,
            outcomes=OUTCOMES,
            by_category=[
                (name, [case for case in comparison.cases if case.category == name])
                for name in categories
            ],
            rate_text=rate_text,
            before_answers=before_answers,
            after_answers=after_answers,
        )
    )
