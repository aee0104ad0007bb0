"""Workers on this machine: what they learn, what they say, how they end."""

import json
import os
import signal
import subprocess
import threading
import time

import pytest

from pipeline.cli import main
from pipeline.model.train import checkpoint, losses
from pipeline.model.train.training import train_adapter

from .conftest import QUICK


@pytest.fixture
def command(paths, monkeypatch):
    """Run `callgate train` as QUICK has it; later options win."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")

    def run(*options) -> int:
        quick = (
            *("--iterations", "6", "--batch-size", "2", "--warmup", "1", "--rank", "2"),
            *("--report-every", "2", "--evaluate-every", "4", "--save-every", "2"),
        )
        words = [paths.data, "-o", paths.adapter, "--model", paths.model, *quick, *options]
        return main(["train", *map(str, words)])

    return run


def course(folder):
    return [
        (report.iteration, report.train_loss or report.valid_loss, report.tokens)
        for report in losses.read_losses(folder)
    ]


def test_two_workers_have_the_losses_of_one_and_one_of_them_speaks(paths, command, tmp_path, capfd):
    assert command("--workers", "2") == 0
    out, error = capfd.readouterr()
    assert out.startswith(f"{paths.adapter}: 6 iterations, ")
    assert error.count("iteration 6/6") == 1
    manifest = json.loads((paths.adapter / "train.json").read_text())
    assert manifest["identity"]["workers"] == 2
    alone = paths.__class__(paths.model, paths.data, tmp_path / "alone")
    train_adapter(alone, QUICK)
    for together, one in zip(course(paths.adapter), course(alone.adapter), strict=True):
        assert together == pytest.approx(one, rel=1e-4)


def test_what_goes_wrong_on_the_hosts_of_a_file_is_said_once(command, tmp_path, capfd):
    hosts = [{"ssh": "127.0.0.1", "ips": ["127.0.0.1"]}] * 2
    (tmp_path / "hosts.json").write_text(json.dumps(hosts))
    assert command("--hostfile", tmp_path / "hosts.json", "--layers", "9") == 2
    assert capfd.readouterr() == (
        "",
        "callgate: error: layers is 9: the model has 2 blocks\n",
    )


def test_a_batch_that_cannot_be_shared_is_refused_before_anything_starts(command, capsys):
    assert command("--workers", "2", "--batch-size", "3") == 2
    assert capsys.readouterr().err == (
        "callgate: error: batch_size is 3: it must be a multiple of the workers (2)\n"
    )


def test_a_stop_ends_all_workers_and_says_where_the_training_goes_on(paths, command, capfd):
    def stop():
        end = time.monotonic() + 240
        while not checkpoint.iteration_of(paths.unfinished) and time.monotonic() < end:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    stopping = threading.Thread(target=stop)
    stopping.start()
    assert command("--workers", "2", "--iterations", "100000") == 130
    stopping.join()
    done = checkpoint.iteration_of(paths.unfinished)
    error = capfd.readouterr().err
    assert f"callgate: the same command goes on after iteration {done} of 100000\n" in error
    left = subprocess.run(["pgrep", "-f", paths.adapter], capture_output=True, text=True).stdout
    assert left == ""
