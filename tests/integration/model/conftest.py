"""The embedded model, imported once for all tests, and a tiny one of the kind of the 32B model."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.model import embedded
from pipeline.model.blas import use_fast_blas
from tests.integration.tiny_qwen2 import write_tiny_qwen2

use_fast_blas()  # before a test module imports MLX


ROWS = [
    [
        ("system", "You call tools."),
        ("user", f"Which files changed in part {number}?"),
        ("assistant", f"<tool_call>git_status('part{number}')</tool_call>"),
        ("user", "<tool_response>\nclean=True\n</tool_response>"),
        ("assistant", "None did."),
    ]
    for number in range(4)
]


class EmbeddedFolders(NamedTuple):
    wide: Path  # float16
    quantized: Path  # 5 bits


@pytest.fixture(scope="session")
def embedded_folders(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedFolders:
    """Both folders: those of the checkout when they are intact, else a fresh import."""
    from pipeline.model.importing import ImportSettings, import_gguf, problem_of_import

    found = EmbeddedFolders(embedded.EMBEDDED_MODEL_UNQUANTIZED, embedded.EMBEDDED_MODEL)
    if not any(problem_of_import(folder) for folder in found):
        return found
    base = tmp_path_factory.getbasetemp()
    if base.name.startswith("popen-"):
        base = base.parent  # of all workers of pytest-xdist
    settings = ImportSettings(
        source=embedded.find_embedded_gguf(),
        folder=base / "models" / embedded.NAME,
        is_embedded=True,
    )
    # The lock of the folder lets one worker of pytest-xdist import and the others wait.
    return EmbeddedFolders(*import_gguf(settings, say=lambda _: None).folders)


@pytest.fixture(scope="session")
def production_base(tmp_path_factory) -> Path:
    """A folder with the 4-bit Qwen2 model `base`, and data."""
    place = tmp_path_factory.mktemp("production")
    write_tiny_qwen2(place / "base", layers=3)
    rows = [{"messages": [{"role": r, "content": c} for r, c in row]} for row in ROWS]
    (place / "valid.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return place


@pytest.fixture(scope="session")
def production(production_base, make_adapter) -> Path:
    """The same folder with the adapter, what fusing made of it, and that at 5 bits."""
    from pipeline.cli import main

    make_adapter(production_base / "base", production_base / "adapter", layers=2, size=0.03)
    assert (
        main(["fuse", str(production_base / "adapter"), "-o", str(production_base / "fused")]) == 0
    )
    assert (
        main(["quantize", str(production_base / "fused"), "-o", str(production_base / "5bit")]) == 0
    )
    return production_base
