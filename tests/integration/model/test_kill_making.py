"""Fuse and quantize, killed between two files and before the last name: no half folder is left."""

import os
import signal
import subprocess
import sys

import pytest

from pipeline.cli import main
from pipeline.model.folder import check_model_folder

# Stops the process at a moment that a kill from outside would hit by luck only.
PROGRAM = """
import sys, time
def stop(*arguments, **settings):
    print("here", flush=True)
    time.sleep(60)
if sys.argv[1] == "between two files":
    import shutil
    shutil.copyfile = stop
else:
    import pipeline.model.folders as folders
    folders._sync = stop
from pipeline.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(
    ("command", "moment"), [("fuse", "between two files"), ("quantize", "before it has its name")]
)
def test_a_kill_leaves_no_half_folder(production, tmp_path, command, moment):
    target = tmp_path / "out"
    source = production / ("adapter" if command == "fuse" else "fused")
    words = [command, str(source), "-o", str(target)]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, moment, *words], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "here\n"
        os.kill(process.pid, signal.SIGKILL)
    (part,) = (entry for entry in tmp_path.iterdir() if entry.is_dir())
    assert part.name.startswith(".out.part-")
    assert (part / "model.safetensors").is_file()
    assert main(words) == 0
    check_model_folder(target)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".callgate.lock", "out"]
