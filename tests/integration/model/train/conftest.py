"""A tiny llama with random weights and a data set that it is trained on in a second."""

import json
from pathlib import Path

import pytest

from pipeline.model.train.settings import TrainingPaths, TrainingSettings
from tests.unit.model.conftest import write_tiny_gguf

FOLDERS = ("src", "tests", "docs/plan", "harbour")


def row(number: int) -> dict[str, list[dict[str, str]]]:
    """A clean row: a question and the call for it; rows differ in length."""
    folder = "/".join(FOLDERS[: 1 + number % 4]) + str(number)
    return {
        "messages": [
            {"role": "user", "content": f"How many files of {folder} changed?"},
            {
                "role": "assistant",
                "content": "<tool_call><function=execute_code>\n<parameter=code>\n"
                f'result = git_status("{folder}")\nprint(result.file_count)\n'
                "</parameter>\n</function></tool_call>",
            },
        ]
    }


def write_rows(file: Path, rows: list[dict[str, list[dict[str, str]]]]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from pipeline.model.importing import ImportSettings, import_gguf

    folder = tmp_path_factory.mktemp("train")
    source = write_tiny_gguf(folder / "tiny.gguf").path
    settings = ImportSettings(source, folder / "tiny", bits=None)
    import_gguf(settings, say=lambda _: None)
    return folder / "tiny"


@pytest.fixture
def paths(tiny_model: Path, tmp_path: Path) -> TrainingPaths:
    data = tmp_path / "data"
    data.mkdir()
    write_rows(data / "train.jsonl", [row(number) for number in range(2, 13)])
    write_rows(data / "valid.jsonl", [row(number) for number in range(20, 23)])
    return TrainingPaths(tiny_model, data, tmp_path / "out" / "adapter")


QUICK = TrainingSettings(
    iterations=6,
    batch_size=2,
    warmup=1,
    rank=2,
    report_every=2,
    evaluate_every=4,
    save_every=2,
)
