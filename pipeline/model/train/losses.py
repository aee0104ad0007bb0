"""The course of a training: loss.csv, and the watch over what it says."""

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError

from ...files import write_atomic

NAME = "loss.csv"
COLUMNS = (
    "iteration", "train_loss", "valid_loss", "learning_rate", "counted_tokens", "tokens",
    "seconds", "peak_bytes",
)  # fmt: skip

# A mean over the last reports that is so much higher than the first ones is no noise.
DIVERGENCE = 1.5
_WINDOW = 3


class Report(NamedTuple):
    """One line of loss.csv; a validation loss has a line of its own."""

    iteration: int
    train_loss: float | None
    valid_loss: float | None
    learning_rate: float | None
    counted_tokens: int  # that the loss has seen, since the beginning
    tokens: int  # that the model has read, since the beginning
    seconds: float  # of training, since the beginning
    peak_bytes: int


def write_losses(folder: Path, reports: Sequence[Report]) -> None:
    """Write loss.csv whole."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for report in reports:
        writer.writerow("" if value is None else value for value in report)
    write_atomic(folder / NAME, text.getvalue())


def read_losses(folder: Path) -> list[Report]:
    """Return the reports of loss.csv; raises CallgateError when it is not one."""
    file = folder / NAME
    try:
        with file.open(newline="", encoding="utf-8") as stream:
            return [_report_of(line) for line in csv.DictReader(stream)]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CallgateError(
            f"{file} cannot be read ({problem}): delete {folder} to train from the beginning"
        ) from None


def _report_of(line: dict[str, str]) -> Report:
    def number(name: str) -> float | None:
        return float(line[name]) if line[name] else None

    return Report(
        int(line["iteration"]), number("train_loss"), number("valid_loss"),
        number("learning_rate"), int(line["counted_tokens"]), int(line["tokens"]),
        float(line["seconds"]), int(line["peak_bytes"]),
    )  # fmt: skip


def warning_about(reports: Sequence[Report]) -> str | None:
    """Return a sentence when the training loss is going up instead of down, else None."""
    losses = [report.train_loss for report in reports if report.train_loss is not None]
    if len(losses) < 2 * _WINDOW:
        return None
    first = math.fsum(losses[:_WINDOW]) / _WINDOW
    last = math.fsum(losses[-_WINDOW:]) / _WINDOW
    if last <= DIVERGENCE * min(first, losses[0]):
        return None
    return (
        f"the loss diverges: {last:.3f} at iteration {reports[-1].iteration} after {first:.3f} "
        "in the beginning; stop with Ctrl-C and train with a lower --learning-rate or --rank"
    )


def diverged(what: str, iteration: int) -> CallgateError:
    """Return the error of a training that can learn nothing from there on."""
    return CallgateError(
        f"{what} at iteration {iteration}: no checkpoint was written since; train again with "
        "--restart and a lower --learning-rate"
    )


def check_finite(loss: float, iteration: int) -> None:
    """Raise CallgateError for a loss that is no number."""
    if not math.isfinite(loss):
        raise diverged(f"the loss is {loss}", iteration)
