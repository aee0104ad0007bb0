"""A comparison as one self-contained page."""

from ..ask.answer import Answers, Given
from ..decide.compared import OUTCOMES, CaseSide, Comparison
from .compare_text import HEADER, conclusion_meaning, how_often, methods, rate_text, row_of
from .pages import page_environment

_EDGES = {"success": "good-edge", "partial": "warn-edge", "insufficient": "bad-edge", None: ""}


def _shown(answers: Answers, case: str, side: CaseSide) -> Given:
    """Return the answer that tells most of a case: the first that failed, if one did."""
    given = answers.get(case, ())
    return given[side.repeat - 1] if len(given) >= side.repeat else ()


def compare_page(comparison: Comparison, before_answers: Answers, after_answers: Answers) -> str:
    """Return the page; changed cases show both answers where they were kept."""
    changes = comparison.changes
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
            methods=methods(comparison),
            outcomes=OUTCOMES,
            by_category=[
                (name, [case for case in comparison.cases if case.category == name])
                for name in categories
            ],
            rate_text=rate_text,
            how_often=how_often,
            shown=_shown,
            before_answers=before_answers,
            after_answers=after_answers,
        )
    )
