"""What is looked at before a training begins: what the data teaches, what memory and disk hold."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fixtures import CallgateError

from ..folders import check_space, megabytes
from ..loading import LoadedModel
from ..memory import device_memory
from .batches import groups_of
from .loss import head_is_separable
from .rows import TrainingRow
from .settings import TrainingPaths, TrainingSettings

if TYPE_CHECKING:
    from mlx import nn

    from ...data.audit_report import FindingReport

_WORST = 3
# Fitted to mx.get_peak_memory (docs/training.md): numbers kept for each output of a linear layer
# and half of its inputs, or for each number that goes into a block under checkpointing; whole
# matrices of attention beside one a block; copies of the logits.
_KEPT = 1.55
_KEPT_UNDER_CHECKPOINTING = 5.4
_ATTENTION_AT_WORK = 3
_COPIES_OF_LOGITS = 4

_LESS = "choose a smaller --batch-size or --layers, leave out long rows, or take --checkpointing"


class Needs(NamedTuple):
    """What a training will take, in bytes."""

    memory: int  # at its peak, estimated
    disk: int


def check_data(paths: TrainingPaths, window: int, *, force: bool) -> None:
    """Raise CallgateError, naming the worst findings, when the audit finds errors in the data.

    With `force` that is a warning.
    """
    from ...data.audit import AuditSettings, audit
    from ...data.data_set import find_files
    from ...data.progress import progress_bar

    total = sum(file.path.stat().st_size for file in find_files([paths.data]))
    with progress_bar("audit", total) as progress:
        settings = AuditSettings(model=paths.model, window=window)
        report = audit([paths.data], settings, progress=progress)
    # Rows that are too long are refused as they are read, with the window that they need.
    errors = [
        finding
        for finding in report.findings
        if finding.severity == "error" and finding.id != "too_long"
    ]
    if not errors:
        return
    sentence = f"{paths.data}: {_worst(errors, report.rows)}"
    if not force:
        raise CallgateError(
            f"{sentence}: mend it with `callgate clean {paths.data} OUT`, see the rows with "
            f"`callgate audit {paths.data}`, or train on it as it is with --force"
        )
    print(f"callgate: warning: {sentence}; trained on as it is (--force)", file=sys.stderr)


def _worst(errors: "list[FindingReport]", rows: int) -> str:
    errors = sorted(errors, key=lambda finding: -finding.count)
    named = [f"{found.title} ({found.id}: {found.count} rows)" for found in errors[:_WORST]]
    more = f" and {len(errors) - _WORST} more" if len(errors) > _WORST else ""
    return f"the audit finds errors in its {rows} rows: {', '.join(named)}{more}"


def _bytes_of(tree: object) -> int:
    from mlx.utils import tree_flatten

    return sum(int(array.nbytes) for _, array in tree_flatten(tree))


def _kept_by_a_block(block: "nn.Module", experts: int) -> float:
    """Return how many numbers a block keeps of each token until its gradient is computed."""
    from mlx import nn
    from mlx_lm.models.switch_layers import QuantizedSwitchLinear, SwitchLinear

    kept = 0.0
    for layer in block.modules():
        if not isinstance(
            layer, nn.Linear | nn.QuantizedLinear | SwitchLinear | QuantizedSwitchLinear
        ):
            continue
        outputs, inputs = layer.weight.shape[-2:]
        inputs = inputs * 32 // layer.bits if hasattr(layer, "bits") else inputs
        routed = isinstance(layer, SwitchLinear | QuantizedSwitchLinear)
        kept += (outputs + inputs / 2) * (experts if routed else 1)
    return _KEPT * kept


def _peak_of_batches(
    loaded: LoadedModel, rows: Sequence[TrainingRow], settings: TrainingSettings, workers: int
) -> int:
    """Return the bytes that the largest batch takes beside weights and optimizer.

    Until its gradient is computed, a block that has an adapter, or stands after one that has,
    keeps its numbers for every token; with checkpointing, only what went into it.
    """
    model = loaded.model
    facts = getattr(model.args, "text_config", None) or vars(model.args)
    size = {"float32": 4}.get(loaded.description.dtype, 2)
    blocks = len(model.layers) if settings.layers == -1 else settings.layers
    kept = _kept_by_a_block(model.layers[-1], facts.get("num_experts_per_tok") or 1)
    heads, hidden = facts.get("num_attention_heads") or 0, facts.get("hidden_size") or 0
    vocabulary = facts.get("vocab_size") or 0
    counted_only = head_is_separable(model, rows[0])

    def peak(group: tuple[int, ...]) -> float:
        members = sorted((rows[index] for index in group), key=lambda row: -len(row.tokens))
        share = members[::workers]
        length = len(share[0].tokens)
        tokens = len(share) * length
        at_work, between = blocks, 0.0
        if settings.checkpointing:
            at_work, between = 1, _KEPT_UNDER_CHECKPOINTING * blocks * hidden
        attention = (at_work + _ATTENTION_AT_WORK) * heads * length
        counted = sum(len(row.counted) for row in share) if counted_only else tokens
        logits = _COPIES_OF_LOGITS * counted * vocabulary * 4
        return (at_work * kept + between + attention) * tokens * size + logits

    return int(max(map(peak, groups_of(rows, settings.batch_size))))


def needs_of(
    loaded: LoadedModel,
    optimizer_state: object,
    rows: Sequence[TrainingRow],
    settings: TrainingSettings,
    workers: int = 1,
) -> Needs:
    """Return what a training of an adapted model will take of memory, a worker, and of disk."""
    adapter = _bytes_of(loaded.model.trainable_parameters())
    state = _bytes_of(optimizer_state)
    memory = _bytes_of(loaded.model.parameters()) + state + adapter  # a gradient is as large
    # A checkpoint is written before the one that it replaces is removed.
    disk = 2 * (adapter + state) + adapter
    return Needs(memory + _peak_of_batches(loaded, rows, settings, workers), disk)


def check_needs(needs: Needs, folder: Path, *, processes: int = 1, force: bool = False) -> str:
    """Return a line that says what a training takes; raises CallgateError where there is less.

    `folder` is where it will write, and need not exist; `processes` share the memory. With
    `force` the estimate of the memory stops nothing.
    """
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    check_space(there, needs.disk, "the training")
    free, wanted = device_memory(), needs.memory * processes
    held = "" if free is None else f" of {megabytes(free)} free"
    if free is not None and wanted > free and not force:
        raise CallgateError(
            f"the training needs about {megabytes(wanted)} of memory and {megabytes(free)} are "
            f"free: {_LESS}, or try it with --force"
        )
    return f"estimated: {megabytes(wanted)} of memory{held}, {megabytes(needs.disk)} of disk"


def raise_out_of_memory(problem: Exception) -> None:
    """Raise CallgateError when MLX found no memory, which it tells in its message alone."""
    text = str(problem).lower()
    if isinstance(problem, MemoryError) or "allocate" in text or "insufficient memory" in text:
        raise CallgateError(
            f"out of memory ({str(problem).splitlines()[0]}): {_LESS}; the same command goes on "
            "from the last checkpoint"
        ) from problem
