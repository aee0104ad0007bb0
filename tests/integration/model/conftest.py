"""The embedded model for tests that need a real one: imported once for all of them."""

from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.model import embedded
from pipeline.model.blas import use_fast_blas

use_fast_blas()  # before a test module imports MLX


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
