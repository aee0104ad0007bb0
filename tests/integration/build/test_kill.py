"""A build that is killed while it trains, and what the next one makes of that."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlx.core as mx

CHECKOUT = Path(__file__).resolve().parents[3]


def kill_while_training(builds, **changes):
    """Start a build, kill it when it has saved a checkpoint, and return the iteration of that."""
    words = builds.words("--until", "train", **changes)
    program = f"import sys; from pipeline.cli import main; sys.exit(main({words!r}))"
    checkpoint = builds.folder / "adapter.training" / "checkpoint.safetensors"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=CHECKOUT, stdout=subprocess.DEVNULL
    ) as process:
        while not checkpoint.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert list(builds.record.stages) == ["audit", "clean"]
    return json.loads(mx.load(str(checkpoint), return_metadata=True)[1]["position"])["iteration"]


def test_a_killed_build_goes_on_from_the_checkpoint_of_its_training(builds, capfd):
    iteration = kill_while_training(builds, iterations=80)

    # Another training does not go on from it, and says so.
    capfd.readouterr()
    assert builds.run("--until", "train", iterations=6) == 2
    assert "(iterations 80 instead of 6)" in capfd.readouterr().err
    assert builds.run("--until", "train", iterations=80) == 0
    first = next(line for line in capfd.readouterr().err.splitlines() if "iteration" in line)
    assert first.startswith(f"training: iteration {iteration + 2}/80, ")
    assert list(builds.record.stages) == ["audit", "clean", "train"]


def test_workers_end_with_a_killed_build_and_the_next_goes_on(builds):
    kill_while_training(builds, iterations=100, workers=2)
    assert builds.run("--until", "train", iterations=100, workers=2) == 0
    trained = json.loads((builds.folder / "adapter" / "train.json").read_bytes())
    assert trained["identity"]["workers"] == 2
    lines = (builds.folder / "adapter" / "loss.csv").read_text().splitlines()[1:]
    told = dict.fromkeys(int(line.split(",")[0]) for line in lines)
    assert list(told) == list(range(0, 101, 2))


def test_a_build_that_is_told_to_end_asks_no_further(builds):
    program = f"import sys; from pipeline.cli import main; sys.exit(main({builds.words()!r}))"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert any(line.startswith("asking 57 cases") for line in process.stderr)
        process.terminate()
        # All that hold this end have ended: no child asks on.
        said = process.stderr.read()
    assert process.returncode == 130
    assert "callgate: stopped in evaluate after " in said
    assert list(builds.folder.parent.glob("**/results.json")) == []
