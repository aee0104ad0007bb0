"""`callgate judge`: the matrix mutator x category, and every hole in it."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from fixtures import SUITE_FOLDER, load_reference_answers, load_suite

from .matrix import Line, holes, make_matrix

_CELLS = {"caught": "caught", "missed": "MISSED", "n/a": "-"}


def text_table(matrix: Sequence[Line]) -> str:
    """Return the matrix with aligned columns; a category's name takes two lines."""
    categories = list(matrix[0].cells)
    heads = [name.partition("_") for name in categories]
    rows = [
        ["", "caught", *(first for first, _, _ in heads)],
        ["mutator", "by", *(rest for _, _, rest in heads)],
    ]
    for line in matrix:
        cells = [_CELLS[line.cells[name].status] for name in categories]
        rows.append([line.name, line.layer, *cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(2, "-" * max(map(len, lines)))
    return "\n".join(lines)


def summary(matrix: Sequence[Line], right: int) -> str:
    """Return how many wrong answers were made of how many right ones, and how many were caught."""
    cells = [cell for line in matrix for cell in line.cells.values()]
    caught = sum(cell.caught for cell in cells)
    wrong = caught + sum(len(cell.missed) for cell in cells)
    return (
        f"{wrong} wrong answers made of {right} right ones by {len(matrix)} mutators: "
        f"{caught} caught by the layer that must, {wrong - caught} missed"
    )


def as_json(matrix: Sequence[Line]) -> str:
    """Return the matrix as JSON: for each mutator its layer and its cells."""
    lines = [
        {
            "mutator": line.name,
            "layer": line.layer,
            "decided_by": "running" if line.layer == "executed" else "reading",
            "cells": {
                name: {
                    "status": cell.status,
                    "caught": cell.caught,
                    "missed": [
                        {"case": wrong.case, "turn": wrong.turn, "texts": wrong.texts}
                        for wrong in cell.missed
                    ],
                }
                for name, cell in line.cells.items()
            },
        }
        for line in matrix
    ]
    return json.dumps({"schema_version": 1, "matrix": lines, "holes": holes(matrix)}, indent=2)


def main(arguments: Sequence[str]) -> int:
    """Print the matrix; return 1 when it has a hole."""
    parser = argparse.ArgumentParser(
        prog="callgate judge",
        description="Make wrong answers out of the right ones and see that the judge catches each "
        "at the layer that must; exit code 1 when one gets through.",
    )
    parser.add_argument("--json", action="store_true", help="print the matrix as JSON")
    parser.add_argument(
        "--suite", metavar="DIR", type=Path, default=SUITE_FOLDER, help="a suite of your own"
    )
    options = parser.parse_args(arguments)
    suite = load_suite(options.suite)
    answers = load_reference_answers(suite)
    matrix = make_matrix(suite, answers)
    found = holes(matrix)
    if options.json:
        print(as_json(matrix))
    else:
        print(text_table(matrix))
        print()
        print(summary(matrix, len(answers)))
        for hole in found:
            print(f"HOLE: {hole}")
    return 1 if found else 0
