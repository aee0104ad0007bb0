import re
import subprocess
import sys
from xml.etree import ElementTree

from pipeline.model.train.losses import Report
from pipeline.model.train.plot import write_plot

REPORTS = [
    Report(0, None, 3.5, None, 0, 0, 0.0, 0),
    Report(10, 2.0, None, 1e-4, 10, 20, 1.0, 0),
    Report(20, 1.5, None, 5e-5, 20, 40, 2.0, 0),
    Report(20, None, 2.5, None, 20, 40, 2.0, 0),
]
AGAIN = """
import sys
from pathlib import Path
from tests.unit.model.train.test_plot import REPORTS, write_plot
write_plot(Path(sys.argv[1]), REPORTS, "adapter from base")
"""


def test_the_plot_shows_both_losses_and_the_rate(tmp_path):
    file = tmp_path / "loss.svg"
    write_plot(file, REPORTS, "adapter from <base>")
    drawn = ElementTree.parse(file)
    assert drawn.getroot().tag.endswith("svg")
    comments = re.findall("<!-- (.*?) -->", file.read_text(encoding="utf-8"))
    assert {"training loss", "validation loss", "learning rate", "iteration"} <= set(comments)


def test_a_plot_without_validation_is_drawn(tmp_path):
    file = tmp_path / "loss.svg"
    write_plot(file, REPORTS[1:3], "adapter")
    assert "validation loss" not in file.read_text(encoding="utf-8")


def test_another_process_draws_the_same_bytes(tmp_path):
    write_plot(tmp_path / "here.svg", REPORTS, "adapter from base")
    subprocess.run([sys.executable, "-c", AGAIN, tmp_path / "there.svg"], check=True)
    assert (tmp_path / "here.svg").read_bytes() == (tmp_path / "there.svg").read_bytes()
