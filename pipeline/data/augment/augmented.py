"""The data set that teaches bad habits: as many of each defect as a failed model was taught."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from fixtures import SUITE_FOLDER, ReferenceAnswer, Suite, load_reference_answers, load_suite
from fixtures.toml_files import read_toml, tables_of, validated

from .defects import flawed
from .example import Ask, Say, row_of
from .generate import Example, Wish, fulfil, share_out
from .kind import Kind
from .kinds import kinds_of
from .made import Made, Splits, made_of

MIXTURE = Path(__file__).with_name("augmented.toml")
SPLITS = ("train", "valid")

DUPLICATE = "duplicate"
LEAKAGE = "leakage"
CONTAMINATION = "contamination"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Copies(_Model):
    """How often the first rows of a lot stand in each split in all."""

    train: tuple[int, ...] = ()
    valid: tuple[int, ...] = ()


class Lot(_Model):
    """Rows with the same defects; augmented.toml explains the fields."""

    categories: tuple[str, ...]
    defects: tuple[str, ...] = ()
    tools: dict[str, tuple[int, int]] = {}
    rows: tuple[int, int] = (0, 0)
    without: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ("*",)
    cases: tuple[str, ...] = ()
    copies: Copies = Copies()
    leaked: int = 0


class _Part(NamedTuple):
    """A part of a lot, by its number: what is wished of the generator for a split."""

    lot: int
    split: str
    wish: Wish


def read_mixture(path: Path = MIXTURE) -> tuple[Lot, ...]:
    """Read the lots of a mixture; raises CallgateError naming the lot and the key."""
    tables = tables_of(read_toml(path), "lot", path)
    return tuple(
        validated(Lot, table, path, f"lot {number}") for number, table in enumerate(tables, 1)
    )


def _kinds(lot: Lot, category: str, tool: str | None) -> tuple[Kind, ...]:
    """Return the kinds of a category that a lot takes for a tool, or for its plain rows."""
    return tuple(
        kind
        for kind in kinds_of(category)
        if (kind.tools == (tool,) if tool else lot.without.isdisjoint(kind.tools))
        and any(fnmatchcase(kind.name, pattern) for pattern in lot.kinds)
    )


def _parts(lots: Sequence[Lot]) -> Iterator[_Part]:
    """Yield what is to be generated: lot by lot, split by split, tool by tool."""
    for number, lot in enumerate(lots):
        for position, split in enumerate(SPLITS):
            for tool, counts in [(None, lot.rows), *lot.tools.items()]:
                shares = share_out(counts[position], dict.fromkeys(lot.categories, 1))
                for category, rows in shares.items():
                    name = f"lot {number + 1}, {split}, {category}{f', {tool}' if tool else ''}"
                    yield _Part(number, split, Wish(name, _kinds(lot, category, tool), rows))


def _made(example: Example, lot: Lot, random: Random) -> Made:
    row = flawed(example.row, lot.defects, example.tools, random)
    return made_of(example)._replace(row=row, defects=lot.defects)


def _case_row(
    case_id: str, lot: Lot, suite: Suite, answers: dict[str, str], random: Random
) -> Made:
    case = suite.case(case_id)
    row = row_of((Ask(case.query), Say(answers[case_id])))
    return Made(
        flawed(row, lot.defects, case.tools, random),
        case.category,
        "validation query",
        case.tools,
        (*lot.defects, CONTAMINATION),
    )


def _copied(rows: Sequence[Made], copies: Sequence[int]) -> Iterator[Made]:
    for made, times in zip(rows, copies, strict=False):
        for _ in range(times - 1):
            yield made._replace(defects=(*made.defects, DUPLICATE))


def _first_turns(answers: Sequence[ReferenceAnswer]) -> dict[str, str]:
    """Return the text of the first reference answer to each case."""
    return {answer.case: answer.turns[0] for answer in reversed(answers)}


def augmented(seed: int, suite: Path = SUITE_FOLDER, mixture: Path = MIXTURE) -> Splits:
    """Make the data set of a mixture: generated rows, flawed as it says, shuffled.

    Raises CallgateError where a lot asks for more rows than its kinds have to give.
    """
    lots = read_mixture(mixture)
    asked = load_suite(suite)
    answers = _first_turns(load_reference_answers(asked))
    random = Random(f"{seed} defects")
    parts = list(_parts(lots))
    of_lot: dict[tuple[int, str], list[Made]] = {}
    granted = fulfil([part.wish for part in parts], seed, suite)
    for part, examples in zip(parts, granted, strict=True):
        made = [_made(example, lots[part.lot], random) for example in examples]
        of_lot.setdefault((part.lot, part.split), []).extend(made)
    rows: dict[str, list[Made]] = {split: [] for split in SPLITS}
    for number, lot in enumerate(lots):
        train, valid = (of_lot[number, split] for split in SPLITS)
        rows["train"] += [*train, *_copied(train, lot.copies.train)]
        rows["train"] += [_case_row(case, lot, asked, answers, random) for case in lot.cases]
        rows["valid"] += [*valid, *_copied(valid, lot.copies.valid)]
        leaked = train[: lot.leaked]
        rows["valid"] += [made._replace(defects=(*made.defects, LEAKAGE)) for made in leaked]
    for split, found in rows.items():
        Random(f"{seed} {split}").shuffle(found)
    return rows
