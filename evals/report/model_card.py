"""The model card of a promoted run, as Markdown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import Suite
from pipeline.files import sha256_of_file
from pipeline.templates import template_environment

from ..decide.gate import GateResult
from ..decide.manifest import Manifest
from ..decide.results import Results
from .markdown_text import escape_markdown
from .table import repeats_sentences, table_cells, verdict_sentence

if TYPE_CHECKING:
    from jinja2 import Template

# What mlx_lm.lora records beside an adapter and a reader of a card asks for.
TRAINING_KEYS = (
    "model",
    "data",
    "fine_tune_type",
    "optimizer",
    "iters",
    "batch_size",
    "learning_rate",
    "num_layers",
    "max_seq_length",
    "mask_prompt",
    "grad_accumulation_steps",
    "seed",
    "lora_parameters",
)


@dataclass(frozen=True)
class DataFileFacts:
    """A file of training data: rows and SHA-256."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class CardFacts:
    """What is known of a model beside its run; empty where nothing was recorded."""

    base: str | None
    training: Mapping[str, object]
    data: Sequence[DataFileFacts]
    audit: Sequence[str]


def read_training(adapter: Path) -> dict[str, object]:
    """Return the settings that mlx_lm.lora wrote beside an adapter, none if there are none."""
    try:
        content = json.loads((adapter / "adapter_config.json").read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {key: content[key] for key in TRAINING_KEYS if content.get(key) is not None}


def data_facts(folder: Path) -> list[DataFileFacts]:
    """Return the rows and hashes of the JSON Lines files of a folder, or of a single file."""
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else [folder]
    facts = []
    for path in files:
        with path.open("rb") as file:
            rows = sum(1 for line in file if line.strip())
        facts.append(DataFileFacts(path.name, rows, sha256_of_file(path)))
    return facts


def audit_facts(folder: Path) -> list[str]:
    """Audit training data and return a line for the totals and one for each error and warning."""
    from pipeline.data.audit import AuditSettings, audit

    report = audit([folder], AuditSettings(limit=0, workers=1))
    lines = [report.totals]
    lines += [
        f"{finding.severity}: {finding.title} ({finding.count} rows)"
        for finding in report.findings
        if finding.severity != "note"
    ]
    return lines


@cache
def _template() -> "Template":
    # Markdown, not HTML: texts of a run pass through the filter `md` instead.
    environment = template_environment(Path(__file__).with_name("templates"), autoescape=False)
    environment.filters["md"] = lambda value: escape_markdown(str(value))
    return environment.get_template("model_card.md.j2")


def model_card(
    manifest: Manifest,
    results: Results,
    gate: GateResult,
    suite: Suite,
    facts: CardFacts,
    *,
    run: str,
    override: str | None,
) -> str:
    """Return the card: base, data, training, scores with intervals, failures, how to serve."""
    queries = {case.id: case.query for case in suite.cases}
    return _template().render(
        run=run,
        manifest=manifest,
        results=results,
        rows=table_cells(gate),
        verdict=verdict_sentence(results),
        repeats=repeats_sentences(results),
        gate=gate,
        facts=facts,
        override=override,
        failing=[(case, queries.get(case.id, "")) for case in results.cases if not case.strict],
    )
