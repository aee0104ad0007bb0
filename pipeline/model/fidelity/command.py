"""`callgate fidelity`: whether fused and quantized models still are what was trained."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import CallgateError

from ...asking import compare_runs
from ...files import CHECKOUT, write_atomic
from .cases import ask_models, cost_of

if TYPE_CHECKING:
    from .comparing import Compared
    from .measuring import Fidelity

EXIT_FINDING = 1

_EPILOG = """
DATA holds rows of the kind that the adapter was trained on, best its valid.jsonl. Every model is
given each row up to a token of the assistant's and predicts that token; nothing is generated.

example:
  callgate fidelity adapters/cleaned --fused models/cleaned --quantized models/cleaned-5bit \\
    --data data/cleaned/valid.jsonl --json fidelity.json

What quantizing costs on the cases, --cases tells: it asks the fused and the quantized models all of
them (a minute each for the embedded model), and compares the runs as `callgate compare` does.

Exit codes: 0 fine, perhaps with warnings; 1 a model is not what was trained; 2 bad input.
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate fidelity`."""
    parser = argparse.ArgumentParser(
        prog="callgate fidelity",
        description="Hold fused and quantized models against the adapter they were made from.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("adapter", type=Path, metavar="ADAPTER", help="the folder that `callgate train` wrote")
    add("--fused", type=Path, metavar="DIR", required=True, help="what `callgate fuse` wrote")
    add(
        "--quantized",
        type=Path,
        metavar="DIR",
        nargs="+",
        default=[],
        help="what `callgate quantize` wrote, one or several",
    )
    add("--data", type=Path, metavar="DATA", required=True, help="rows as JSON Lines")
    add("--base", type=Path, metavar="DIR", help="the base model (default: what ADAPTER names)")
    add("--rows", type=int, default=32, help="rows to predict, spread over DATA (default: 32)")
    add("--other-base", action="store_true", help="the base is not the one it was trained on")
    add("--cases", action="store_true", help="ask the models the cases too: what quantizing costs")
    add(
        "--reports",
        type=Path,
        metavar="DIR",
        default=CHECKOUT / "reports",
        help="with --cases: where the runs go (default: reports/)",
    )
    add("--max-tokens", type=int, default=512, help="with --cases: of an answer (default: 512)")
    add("--json", type=Path, metavar="FILE", help="write the result")
    return parser.parse_args(arguments)


def _line(pair: "Compared", answers: int) -> tuple[str, ...]:
    divergence = "" if pair.divergence is None else f"{pair.divergence:.5f}"
    return (
        pair.reference,
        pair.model,
        f"{pair.agreement:.1%}",
        f"{pair.same_answers}/{answers}",
        divergence,
    )


def table_of(fidelity: "Fidelity") -> list[str]:
    """Return the lines of the table: one for each pair of models."""
    heads = ("reference", "model", "same token", "same answer", "KL, nats/token")
    cells = [heads, *(_line(pair, fidelity.answers) for pair in fidelity.compared)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _with_cases(fidelity: "Fidelity", reports: Path, max_tokens: int) -> "Fidelity":
    """Return the result with the passes of each model, once the runs are compared and shown."""
    fused, *others = asked = ask_models(fidelity.folders, reports, max_tokens, _say)
    for other in others:
        compare_runs(Path(fused.run), Path(other.run))
    return fidelity.model_copy(update={"cases": asked})


def main(arguments: Sequence[str]) -> int:
    """Run `callgate fidelity` and return its exit code; raises CallgateError for bad input."""
    options = parse_arguments(arguments)
    if options.json is not None and not options.json.parent.is_dir():
        raise CallgateError(f"{options.json.parent}: no such folder")
    if options.cases and not options.reports.is_dir():
        raise CallgateError(f"{options.reports}: no such folder")
    from .measuring import FidelitySettings, measure_fidelity

    settings = FidelitySettings(
        adapter=options.adapter,
        fused=options.fused,
        data=options.data,
        quantized=tuple(options.quantized),
        base=options.base,
        rows=options.rows,
        other_base=options.other_base,
    )
    fidelity = measure_fidelity(settings, _say)
    if options.cases and fidelity.passed:
        fidelity = _with_cases(fidelity, options.reports, options.max_tokens)
    if options.json is not None:
        write_atomic(options.json, fidelity.model_dump_json(indent=2) + "\n")
    print(
        f"{fidelity.tokens} tokens of {fidelity.answers} answers in {fidelity.rows} rows of "
        f"{options.data}"
    )
    print("\n".join(table_of(fidelity)))
    for finding in fidelity.findings:
        print(f"{finding.severity}: {finding.message}")
    if fidelity.cases:
        print("\n".join(cost_of(fidelity.cases)))
    elif options.cases:
        print("the cases were not asked: a model that is not what was trained says nothing of bits")
    return 0 if fidelity.passed else EXIT_FINDING
