"""Which files make up a data set, and what each of them is for."""

from pathlib import Path
from typing import NamedTuple

from fixtures import CallgateError

SPLITS = ("train", "valid", "test")
HELD_OUT = frozenset(("valid", "validation", "val", "dev", "eval", "test"))


class DataFile(NamedTuple):
    """One file: where it is, its name in reports, its split."""

    path: Path
    name: str
    split: str

    @property
    def held_out(self) -> bool:
        """Whether the file is for validation or test, not for training."""
        return self.split in HELD_OUT


def _split_of(path: Path) -> str:
    stem = path.stem.lower()
    return stem if stem in HELD_OUT or stem == "train" else "train"


def _of_folder(folder: Path) -> list[DataFile]:
    if not (folder / "train.jsonl").is_file():
        raise CallgateError(f"{folder}: holds no train.jsonl")
    paths = [folder / f"{split}.jsonl" for split in SPLITS]
    return [DataFile(path, path.name, path.stem) for path in paths if path.is_file()]


def find_files(sources: list[Path]) -> list[DataFile]:
    """Return the files of a data set: JSON Lines files, and folders with train.jsonl.

    Raises CallgateError when one does not exist, is no file, is empty or cannot be read.
    """
    found: list[DataFile] = []
    problems: list[str] = []
    for source in sources:
        try:
            if source.is_dir():
                found.extend(_of_folder(source))
            elif source.is_file():
                found.append(DataFile(source, source.name, _split_of(source)))
            else:
                kind = "is neither a file nor a folder" if source.exists() else "does not exist"
                problems.append(f"{source}: {kind}")
        except CallgateError as problem:
            problems.append(str(problem))
    for file in found:
        try:
            with file.path.open("rb") as opened:
                if not opened.read(1):
                    problems.append(f"{file.path}: the file is empty")
        except OSError as problem:
            problems.append(f"{file.path}: {problem.strerror}")
    if problems:
        raise CallgateError("\n".join(problems))
    if len({file.path.resolve() for file in found}) < len(found):
        raise CallgateError("the same file is named twice")
    return _distinct_names(found)


def _distinct_names(files: list[DataFile]) -> list[DataFile]:
    names = [file.name for file in files]
    if len(set(names)) == len(names):
        return files
    return [file._replace(name=str(file.path)) for file in files]
