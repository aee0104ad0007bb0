"""The parts of report.html that callgate adds to pytest-html's page, always escaped."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import Case

from ..ask.answer import Given
from ..decide.gate import GateResult
from ..decide.records import CaseRecord
from ..decide.results import Results
from .table import (
    executed_sentence,
    gate_sentence,
    habits_sentence,
    layers_sentence,
    repeats_sentences,
    table_cells,
    verdict_sentence,
)

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATES = Path(__file__).with_name("templates")
STYLE_SHEET = TEMPLATES / "report.css"


@cache
def _template(name: str) -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # pytest-html inserts what it is given as it is, so everything is escaped here.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(name)


def case_html(case: Case, record: CaseRecord, given: Sequence[Given]) -> str:
    """Return the detail of a case: prompts, raw texts, layers, tokens and seconds.

    Of many repeats only those whose turns the record keeps.
    """
    shown = [
        (answer, list(zip(answer.turns, turns, strict=True)))
        for answer, turns in zip(record.answers, given, strict=True)
        if answer.turns
    ]
    return _template("case.html.j2").render(case=case, record=record, shown=shown)


def row_cells(record: CaseRecord | None) -> list[str]:
    """Return the cells of a case's row: the layer that decided and its sentence."""
    from markupsafe import escape

    deciding = record.deciding if record else None
    layer, sentence = (deciding.layer, deciding.sentence) if deciding else ("", "")
    if record is not None and record.repeated:
        sentence = record.failure
    return [f'<td class="col-layer">{escape(layer)}</td>', f"<td>{escape(sentence)}</td>"]


def summary_html(gate: GateResult, results: Results, model: str, *, enforced: bool) -> str:
    """Return the verdict and the table that stand above the cases."""
    header, *rows = table_cells(gate)
    return _template("summary.html.j2").render(
        gate=gate,
        results=results,
        model=model,
        verdict=verdict_sentence(results),
        gate_sentence=gate_sentence(gate, enforced=enforced),
        habits=habits_sentence(results),
        executed=executed_sentence(results),
        layers=layers_sentence(results),
        repeats=repeats_sentences(results),
        header=header,
        rows=rows,
    )
