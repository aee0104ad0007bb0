"""`callgate promote`: the run that serves from now on, or what to do instead."""

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import CallgateError
from pipeline.files import CHECKOUT

from .arguments import RUN_HELP, add_reports
from .gate import EXIT_FAILED, EXIT_NOT_JUDGED, EXIT_PASSED

if TYPE_CHECKING:
    from ..archive.recorded import RecordedRun
    from ..decide.gate import GateResult
    from ..report.model_card import CardFacts


EPILOG = """
A run whose gate passed is tagged production and baseline, gets a model card, and the adapter of the
run that served before is copied to reports/archive/. Otherwise next_steps.md in the run folder says
which categories lack which rows, or which failures to look into.

Exit codes: 0 promoted, 1 the gate failed, 2 bad input, 3 the gate could not be judged.
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate promote`."""
    parser = argparse.ArgumentParser(
        prog="callgate promote",
        description="Tag a run as production if its gate passed; else say what to do next.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("run", metavar="RUN", help=RUN_HELP)
    add("--policy", metavar="NAME", default="deploy", help="the gate (default: deploy)")
    add("--override", metavar="REASON", help="promote although the gate did not pass; recorded")
    add("--base", metavar="NAME", help="base model for the card (default: from the adapter)")
    add("--data", type=Path, metavar="PATH", help="training data (default: from the adapter)")
    add("--adapter", type=Path, metavar="DIR", help="adapter (default: `adapter` beside `5bit`)")
    add_reports(parser)
    return parser.parse_args(arguments)


def _refuse(run: "RecordedRun", gate: "GateResult") -> int:
    """Write next_steps.md, say what it says, and return the exit code."""
    from pipeline.files import write_atomic

    from ..report.next_steps import next_steps

    heading, steps = next_steps(run.results, run.name)
    path = run.folder / "next_steps.md"
    write_atomic(path, "\n".join([f"# {heading}", "", *(f"- {step}" for step in steps), ""]))
    print(f"\n{heading}:")
    print("\n".join(f"  {step}" for step in steps))
    print(f"\nnot promoted; written: {path}")
    return EXIT_NOT_JUDGED if gate.passed is None else EXIT_FAILED


def _facts(run: "RecordedRun", options: argparse.Namespace) -> "CardFacts":
    """Return what options and adapter tell of the model; raises CallgateError for absent data."""
    from ..archive.promoting import adapter_beside
    from ..report.model_card import CardFacts, audit_facts, data_facts, read_training

    adapter = options.adapter or adapter_beside(CHECKOUT / run.manifest.model_folder)
    training = read_training(adapter) if adapter else {}
    data = options.data or (CHECKOUT / str(training["data"]) if "data" in training else None)
    if options.data and not options.data.exists():
        raise CallgateError(f"{options.data}: no such data")
    known = data is not None and data.exists()
    return CardFacts(
        base=options.base or (str(training["model"]) if "model" in training else None),
        training=training,
        data=data_facts(data) if data and known else (),
        audit=audit_facts(data) if data and known else (),
    )


def _promote(run: "RecordedRun", gate: "GateResult", options: argparse.Namespace) -> None:
    """Write the model card, tag the run, and say what served before."""
    from fixtures import load_suite
    from pipeline.files import write_atomic

    from ..archive.promoting import promote
    from ..report.model_card import model_card

    override = None if gate.passed else options.override
    facts = _facts(run, options)
    card = model_card(
        run.manifest, run.results, gate, load_suite(), facts, run=run.name, override=override
    )
    # Before the tags: what is in production has its card, whenever this is interrupted.
    path = run.folder / "model_card.md"
    write_atomic(path, card)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    done = promote(options.reports, run.name, gate.policy.name, override, now, CHECKOUT)
    print(f"{run.name} is tagged production and baseline")
    if done.previous_production:
        adapter_at = done.archived_adapter or "its adapter was not found, so none was archived"
        print(f"before: {done.previous_production} ({adapter_at})")
    print(f"model card: {path}")


def main(arguments: Sequence[str]) -> int:
    """Run `callgate promote` and return its exit code; raises CallgateError for bad input."""
    options = parse_arguments(arguments)

    from ..archive.finding import find_run_folder
    from ..archive.recorded import read_run
    from ..decide.gate import apply_gate
    from ..decide.policies import find_policy
    from ..report.table import gate_sentence

    if options.override is not None and not options.override.strip():
        raise CallgateError("--override needs a reason")
    folder = find_run_folder(options.reports, options.run).resolve()
    if folder.parent != options.reports.resolve():
        raise CallgateError(f"{folder}: only runs in {options.reports} can be promoted")
    run = read_run(folder)
    gate = apply_gate(find_policy(options.policy), run.results)
    print(gate_sentence(gate, enforced=True))
    if not gate.passed and not options.override:
        return _refuse(run, gate)
    _promote(run, gate, options)
    return EXIT_PASSED
