"""The `callgate` command as a process: what it prints, how it ends, what it does not import."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import COMMANDS, main

CHECKOUT = Path(__file__).resolve().parents[2]


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True
    )


def test_help_lists_every_command(capsys):
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(f"  {name}" in printed for name in COMMANDS)


def test_no_command_prints_the_help_and_fails(capsys):
    assert main([]) == 2
    assert capsys.readouterr().out.startswith("usage: callgate COMMAND [OPTION ...]")


def test_an_unknown_command_lists_the_known_ones(capsys):
    assert main(["trane"]) == 2
    error = capsys.readouterr().err
    assert (
        error == f"callgate: error: there is no command 'trane': known are {', '.join(COMMANDS)}\n"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: callgate {name}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--help"], ["clean", "--help"], ["model", "--help"]])
def test_help_imports_no_heavy_library(words):
    done = run(
        "import sys\n"
        "from pipeline.cli import main\n"
        "try:\n"
        f"    main({words!r})\n"
        "except SystemExit:\n"
        "    print('ended', file=sys.stderr)\n"
        "heavy = {'mlx', 'mlx_lm', 'transformers', 'numpy', 'matplotlib', 'jinja2'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    assert done.returncode == 0, done.stderr


def test_a_reader_that_stops_early_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-c", "from pipeline.cli import main; import sys; sys.exit(main(['-h']))"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    error = process.stderr.read()
    assert process.wait(timeout=30) == 141
    assert "Traceback" not in error
