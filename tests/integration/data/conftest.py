import os
from pathlib import Path

import orjson
import pytest

from pipeline.data.calls import render_call

REAL = "CALLGATE_REAL_DATA"


@pytest.fixture(scope="session")
def real_data():
    """The training data of a model that failed, where it lies: it is no part of the project."""
    beside = Path(__file__).parents[4] / "shared" / "data" / "punie" / "phase27_augmented"
    folder = Path(os.environ.get(REAL) or beside)
    if not (folder / "train.jsonl").is_file():
        pytest.skip(f"the real data is not part of the project: set {REAL} to its folder")
    return folder


@pytest.fixture
def write(tmp_path):
    """Write rows, each an object or raw bytes, to a file of the temporary folder."""

    def _write(name, rows, end=b"\n"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (row if isinstance(row, bytes) else orjson.dumps(row) for row in rows)
        path.write_bytes(b"".join(line + end for line in lines))
        return path

    return _write


@pytest.fixture
def chat():
    """Return a row of turns: `chat("user text", "assistant text", ...)`."""

    def _chat(*texts):
        roles = ("user", "assistant")
        messages = [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]
        return {"messages": messages}

    return _chat


@pytest.fixture
def call():
    """Return a turn that calls git_status."""
    return render_call('result = git_status(".")\nprint(result.clean)')
