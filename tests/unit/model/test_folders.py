import os
import signal
import subprocess
import sys
from threading import Timer

import pytest

from pipeline.model.folders import atomic_folder, locked_parent

WRITE_HALF = """
import sys, time
from pathlib import Path
from pipeline.model.folders import atomic_folder, locked_parent
folder = Path(sys.argv[1])
with locked_parent(folder.parent), atomic_folder(folder) as part:
    (part / "half").write_text("half")
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_folder_has_its_name_only_when_it_is_complete(tmp_path):
    folder = tmp_path / "models" / "m"
    with locked_parent(folder.parent), atomic_folder(folder) as part:
        (part / "file").write_text("content")
        assert not folder.exists()
    assert (folder / "file").read_text() == "content"
    assert sorted(entry.name for entry in folder.parent.iterdir()) == [".callgate.lock", "m"]


def test_a_folder_that_fails_leaves_the_old_one(tmp_path):
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "old").touch()

    def interrupted():
        with locked_parent(tmp_path), atomic_folder(folder) as part:
            (part / "new").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [entry.name for entry in folder.iterdir()] == ["old"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".callgate.lock", "m"]


def test_a_complete_folder_replaces_the_old_one_whole(tmp_path):
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "old").touch()
    with locked_parent(tmp_path), atomic_folder(folder) as part:
        (part / "new").touch()
    assert [entry.name for entry in folder.iterdir()] == ["new"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".callgate.lock", "m"]


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path):
    folder = tmp_path / "m"
    command = [sys.executable, "-c", WRITE_HALF, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGKILL)
    assert not folder.exists()
    assert [entry.name[:8] for entry in tmp_path.iterdir() if entry.is_dir()] == [".m.part-"]
    with locked_parent(tmp_path):
        assert [entry.name for entry in tmp_path.iterdir()] == [".callgate.lock"]


def test_who_waits_for_another_says_so(tmp_path, capsys):
    folder = tmp_path / "m"
    command = [sys.executable, "-c", WRITE_HALF, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        Timer(2.5, process.kill).start()
        with locked_parent(tmp_path):
            assert process.wait() != 0
    assert capsys.readouterr().err == (
        f"waiting for another callgate that makes a folder in {tmp_path}\n"
    )
