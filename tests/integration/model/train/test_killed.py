"""A training that is killed again and again ends with the adapter of an unbroken one."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

from pipeline.model.train import checkpoint, losses
from pipeline.model.train.settings import TrainingSettings

CHECKOUT = Path(__file__).resolve().parents[4]
SETTINGS = TrainingSettings(
    iterations=12,
    batch_size=2,
    accumulate=2,
    dropout=0.1,
    rank=2,
    warmup=1,
    report_every=2,
    evaluate_every=4,
    save_every=4,
)

# One process for each line that it reads, `COUNT EVENT OUT`: it trains into OUT and kills itself at
# the COUNTth event, or never. An iteration is over when the trainer's bar moves; a file is written
# when it is about to be synced and renamed.
DRIVER = """
import json, os, signal, sys
from pipeline.model.loading import quiet_imports
with quiet_imports():
    import mlx_lm.cli_ui
    import mlx_lm.tuner.trainer
    import transformers
from pathlib import Path
from pipeline.model.train.settings import TrainingPaths, TrainingSettings
from pipeline.model.train.training import train_adapter

def killing(count, call):
    left = [count]
    def counted(*arguments):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments)
    return counted

for line in sys.stdin:
    count, event, out = line.split()
    child = os.fork()
    if not child:
        if event == "iteration":
            mlx_lm.cli_ui.TrainUI.advance = killing(int(count), mlx_lm.cli_ui.TrainUI.advance)
        if event == "file":
            os.fsync = killing(int(count), os.fsync)
        paths = TrainingPaths(Path(sys.argv[1]), Path(sys.argv[2]), Path(out))
        train_adapter(paths, TrainingSettings(**json.loads(sys.argv[3])))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def course(folder):
    """The lines of loss.csv without what is measured."""
    with (folder / losses.NAME).open(newline="") as file:
        return [line[:-2] for line in csv.reader(file)]


def test_a_killed_training_goes_on_to_the_weights_of_an_unbroken_one(paths, tmp_path):
    killed, unbroken = tmp_path / "killed", tmp_path / "unbroken"
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, paths.model, paths.data, json.dumps(SETTINGS.as_dict())],
        cwd=CHECKOUT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def train(event, out=killed):
        process.stdin.write(f"{event} {out}\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    def done():
        return checkpoint.iteration_of(tmp_path / "killed.training")

    with process:
        assert train("3 iteration") == -9
        assert done() == 0
        assert train("2 file") == -9  # losses are written, the first checkpoint is half there
        assert done() == 0
        assert train("6 iteration") == -9
        assert done() == 4
        assert train("2 file") == -9  # losses are ahead of the checkpoint
        assert done() == 4
        assert train("5 file") == -9  # all is done but the adapter's folder
        assert done() == 12
        assert not killed.exists()
        assert train("0 none") == 0
        assert train("0 none", unbroken) == 0
        process.stdin.close()
    name = "adapters.safetensors"
    assert (killed / name).read_bytes() == (unbroken / name).read_bytes()
    assert course(killed) == course(unbroken)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        *(".callgate.lock", "data", "killed", "unbroken")
    ]
