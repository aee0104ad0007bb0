"""The data sets that callgate makes for itself, and the manifest beside each."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from fixtures import SUITE_FOLDER, CallgateError

from ...files import write_atomic
from ...model.folders import atomic_folder, locked_parent
from .augmented import augmented
from .generate import WEIGHTS, Example, Wish, fulfil, rows_as_lines, share_out, shuffled
from .kind import CATEGORIES
from .kinds import all_kinds_of, kinds_of, second_lesson_kinds_of
from .made import Made, Splits, made_of

# To be raised whenever the same seed gives other rows than before.
GENERATOR_VERSION = 5
BALANCED_ROWS = {"train": 5600, "valid": 200}
FURTHER_ROWS = {"train": 6800, "valid": 200}
# What the second lesson holds of each category, in percent: less of the long conversations, which
# the first one has taught, and more facts.
FURTHER_WEIGHTS: Mapping[str, int] = {
    "direct_answers": 27,
    "single_tool": 11,
    "tool_identity": 11,
    "field_access": 14,
    "cross_tool": 21,
    "edge_cases": 6,
    "summary": 6,
    "chaining": 4,
}
WIDE_ROWS = {"train": 8000, "valid": 200}
# What the one lesson holds: more of what takes several tools, which is the hardest to foresee.
WIDE_WEIGHTS: Mapping[str, int] = {
    "direct_answers": 18,
    "single_tool": 10,
    "tool_identity": 10,
    "field_access": 13,
    "cross_tool": 29,
    "edge_cases": 9,
    "summary": 6,
    "chaining": 5,
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MadeFile(_Model):
    """One file: its rows by what made them, and how many have each defect."""

    name: str
    sha256: str
    rows: int
    categories: dict[str, int]
    kinds: dict[str, int]
    tools: dict[str, int] = Field(description="rows that call the tool")
    several_tools: int = Field(description="rows that call two tools or more")
    defects: dict[str, int]


class DataSetManifest(_Model):
    """What a data set was made with, and what it is made of."""

    schema_version: Literal[1] = 1
    data_set: str
    command: str = Field(description="what makes the same files again, with -o FOLDER")
    seed: int
    generator: int = Field(description="the version of the generator")
    files: tuple[MadeFile, ...]


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _file_of(name: str, rows: Sequence[Made], content: bytes) -> MadeFile:
    return MadeFile(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=len(rows),
        categories=_counted(made.category for made in rows),
        kinds=_counted(made.kind for made in rows),
        tools=_counted(tool for made in rows for tool in made.tools),
        several_tools=sum(len(made.tools) > 1 for made in rows),
        defects=_counted(defect for made in rows for defect in made.defects),
    )


def balanced(seed: int, suite: Path = SUITE_FOLDER) -> Splits:
    """Make the set for the best model: every category by its weight, in both splits.

    No two rows ask the same, whichever split they are in.
    """
    granted = fulfil(_balanced_wishes(), seed, suite, one_style=True)
    return _parted(shuffled(granted, seed), BALANCED_ROWS)


def _balanced_wishes() -> list[Wish]:
    return [Wish(name, kinds_of(name), count) for name, count in _totals(BALANCED_ROWS).items()]


def _totals(rows: Mapping[str, int], weights: Mapping[str, int] = WEIGHTS) -> dict[str, int]:
    """Return the rows of each category in both splits, in the order of the categories."""
    parts = [share_out(count, weights) for count in rows.values()]
    return {name: sum(part[name] for part in parts) for name in CATEGORIES}


def _parted(
    examples: Iterable[Example], sizes: Mapping[str, int], weights: Mapping[str, int] = WEIGHTS
) -> Splits:
    """Give the first examples of each category to `valid` until it has its share."""
    rows: dict[str, list[Made]] = {"train": [], "valid": []}
    left = share_out(sizes["valid"], weights)
    for example in examples:
        category = example.kind.category
        split = "valid" if left[category] else "train"
        left[category] -= split == "valid"
        rows[split].append(made_of(example))
    return rows


def further(seed: int, suite: Path = SUITE_FOLDER) -> Splits:
    """Make the second lesson for the model that has learnt `balanced`: more kinds, the rest anew.

    No row asks what another one does, nor what a row of `balanced` of the same seed does.
    """
    heard = _balanced_wishes()
    counts = _totals(FURTHER_ROWS, FURTHER_WEIGHTS)
    asked = [
        Wish(f"further {name}", second_lesson_kinds_of(name), count)
        for name, count in counts.items()
    ]
    granted = fulfil([*heard, *asked], seed, suite, one_style=True)[len(heard) :]
    return _parted(shuffled(granted, seed), FURTHER_ROWS, FURTHER_WEIGHTS)


def wide(seed: int, suite: Path = SUITE_FOLDER) -> Splits:
    """Make the one lesson that holds every kind: most of it from what is written by hand."""
    counts = _totals(WIDE_ROWS, WIDE_WEIGHTS)
    asked = [Wish(f"wide {name}", all_kinds_of(name), count) for name, count in counts.items()]
    return _parted(
        shuffled(fulfil(asked, seed, suite, one_style=True), seed), WIDE_ROWS, WIDE_WEIGHTS
    )


DATA_SETS: Mapping[str, Callable[[int, Path], Splits]] = {
    "augmented": augmented,
    "balanced": balanced,
    "further": further,
    "wide": wide,
}


def write_data_set(
    name: str, out: Path, seed: int = 0, suite: Path = SUITE_FOLDER, *, force: bool = False
) -> DataSetManifest:
    """Make a data set and write its folder, whole or not at all: rows by split, and a manifest.

    Raises CallgateError for an unknown name, and where the folder exists without `force`.
    """
    if name not in DATA_SETS:
        raise CallgateError(f"there is no data set {name!r}: known are {', '.join(DATA_SETS)}")
    if out.is_symlink() or (out.exists() and not (force and out.is_dir())):
        raise CallgateError(f"{out}: exists already; --force writes over a folder")
    splits = DATA_SETS[name](seed, suite)
    contents = {
        f"{split}.jsonl": rows_as_lines(made.row for made in rows) for split, rows in splits.items()
    }
    manifest = DataSetManifest(
        data_set=name,
        command=f"callgate augment --data-set {name} --seed {seed}",
        seed=seed,
        generator=GENERATOR_VERSION,
        files=tuple(
            _file_of(file, rows, contents[file])
            for file, rows in zip(contents, splits.values(), strict=True)
        ),
    )
    with locked_parent(out.parent), atomic_folder(out) as folder:
        for file, content in contents.items():
            write_atomic(folder / file, content)
        write_atomic(folder / "manifest.json", manifest.model_dump_json(indent=2) + "\n")
    return manifest
