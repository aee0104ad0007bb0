"""The plot of an experiment: strict passes of every arm, fused and quantized, seed by seed."""

import io
from pathlib import Path

from pipeline.files import write_atomic

from .figures import figures_of
from .record import FUSED, QUANTIZED, ExperimentRecord, ModelKind

_COLORS: dict[ModelKind, str] = {FUSED: "#a08f6f", QUANTIZED: "#2f6cab"}
_OFFSETS: dict[ModelKind, float] = {FUSED: -0.16, QUANTIZED: 0.16}


def write_plot(record: ExperimentRecord, file: Path) -> None:
    """Write the plot as SVG: a mean with its interval for each arm and model, a dot for a seed."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Letters stay letters, and the same figures give the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "callgate"}):
        figure = Figure(figsize=(1.6 + 1.7 * len(record.arms), 4.2), layout="constrained")
        axes = figure.subplots()
        for model in (FUSED, QUANTIZED):
            for place, arm in enumerate(figures_of(record, model)):
                at = place + _OFFSETS[model]
                low, high = arm.rate.interval
                spread = [[arm.rate.mean - low], [high - arm.rate.mean]]
                axes.bar(
                    at, arm.rate.mean, 0.28, color=_COLORS[model], alpha=0.45,
                    label=_label(record, model) if place == 0 else None,
                )  # fmt: skip
                axes.errorbar(at, arm.rate.mean, yerr=spread, color="#1d2126", capsize=4, lw=1.2)
                rates = [100 * passed / len(record.cases) for passed in arm.strict]
                axes.plot([at] * len(rates), rates, "o", color=_COLORS[model], ms=5, mec="white")
        axes.set_xticks(range(len(record.arms)), [arm.name for arm in record.arms])
        axes.set_ylabel(f"strict passes of {len(record.cases)} cases, %")
        axes.set_ylim(0, 100)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="upper left")
        axes.set_title("dots: seeds; whiskers: 95 % interval, clustered by case", fontsize=9)
        content = io.BytesIO()
        figure.savefig(content, format="svg", metadata={"Date": None})
    write_atomic(file, content.getvalue())


def _label(record: ExperimentRecord, model: ModelKind) -> str:
    return "fused" if model == FUSED else f"{record.bits} bits"
