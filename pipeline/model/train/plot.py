"""loss.svg: the course of a training as a picture."""

from collections.abc import Sequence
from pathlib import Path

from .losses import Report

NAME = "loss.svg"


def write_plot(file: Path, reports: Sequence[Report], title: str) -> None:
    """Draw training and validation loss and the learning rate by iteration, as SVG.

    The same reports give the same bytes under the same version of matplotlib.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    trained = [(line.iteration, line.train_loss) for line in reports if line.train_loss is not None]
    valid = [(line.iteration, line.valid_loss) for line in reports if line.valid_loss is not None]
    rates = [
        (line.iteration, line.learning_rate) for line in reports if line.learning_rate is not None
    ]
    # Without a salt of its own every drawing has other ids.
    with matplotlib.rc_context({"svg.hashsalt": "callgate", "font.size": 10}):
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        losses = figure.subplots()
        rate = losses.twinx()
        losses.plot(*zip(*trained, strict=True), color="tab:blue", label="training loss")
        if valid:
            losses.plot(*zip(*valid, strict=True), "o--", color="tab:red", label="validation loss")
        rate.plot(*zip(*rates, strict=True), ":", color="tab:gray", label="learning rate")
        losses.set(xlabel="iteration", ylabel="loss", title=title, ylim=(0, None))
        losses.xaxis.set_major_locator(MaxNLocator(integer=True))
        losses.grid(visible=True, alpha=0.3)
        rate.set(ylabel="learning rate", ylim=(0, None))
        losses.legend(handles=[*losses.lines, *rate.lines], loc="upper right")
        metadata = {"Date": None, "Creator": None, "Title": title}
        figure.savefig(file, format="svg", metadata=metadata)
