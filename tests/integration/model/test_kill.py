import os
import signal
import subprocess
import sys
import time

import pytest

from pipeline.model.folders import locked_parent

IMPORT = "from pipeline.cli import main; main(['model', 'import', 'smollm2-135m', '--out', '{}'])"


def parts(folder):
    return list(folder.glob(".*.part-*"))


@pytest.mark.parametrize("moment", ["as it begins", "as it writes the weights"])
def test_an_import_that_is_killed_leaves_no_half_folder(tmp_path, moment):
    pattern = "*" if moment == "as it begins" else "*/model.safetensors"
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT.format(tmp_path)], stdout=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 50
        while not list(tmp_path.glob(f".*.part-{pattern}")) and time.monotonic() < end:
            time.sleep(0.005)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert len(parts(tmp_path)) == 1
    assert not (tmp_path / "smollm2-135m").exists()
    with locked_parent(tmp_path):
        assert parts(tmp_path) == []
