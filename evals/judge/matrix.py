"""The matrix mutator x category: whether the layer that must catch a wrong answer catches it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from fixtures import ReferenceAnswer, Suite

from .execution import Sandbox, execute_turn
from .layers import LAYERS
from .mutators import MUTATIONS, Mutation, RightTurn
from .outcome import Layer
from .turn import Expectation, Turn, expectations


class WrongAnswer(NamedTuple):
    """An answer that is wrong in one turn, and in nothing else."""

    case: str
    category: str
    turn: int
    texts: tuple[str, ...]
    expected: Expectation


class Cell(NamedTuple):
    """The cases whose wrong answers of one kind were caught in a category, and what was not."""

    cases_caught: tuple[str, ...]
    missed: tuple[WrongAnswer, ...]

    @property
    def caught(self) -> int:
        """How many wrong answers were caught."""
        return len(self.cases_caught)

    @property
    def status(self) -> Literal["caught", "missed", "n/a"]:
        """Whether all were caught; not applicable where the mutator made none."""
        if self.missed:
            return "missed"
        return "caught" if self.caught else "n/a"


class Line(NamedTuple):
    """One mutator: its name, the layer that must catch it, a cell for each category."""

    name: str
    layer: str
    cells: dict[str, Cell]


def right_turns(
    suite: Suite, answers: Sequence[ReferenceAnswer]
) -> Iterator[tuple[ReferenceAnswer, RightTurn]]:
    """Yield every turn of every reference answer."""
    for answer in answers:
        case = suite.case(answer.case)
        expected = expectations(case, suite.responses)
        for number, (text, wanted) in enumerate(zip(answer.turns, expected, strict=True), 1):
            yield answer, RightTurn(suite, tuple(answers), case, wanted, number, text)


def wrong_answers(
    mutation: Mutation, suite: Suite, answers: Sequence[ReferenceAnswer]
) -> Iterator[WrongAnswer]:
    """Yield what a mutator makes of every turn of every reference answer."""
    for answer, turn in right_turns(suite, answers):
        text = mutation.mutate(turn)
        if text is not None:
            texts = list(answer.turns)
            texts[turn.number - 1] = text
            yield WrongAnswer(
                turn.case.id, turn.case.category, turn.number, tuple(texts), turn.expected
            )


def _is_caught(
    wrong: WrongAnswer, layer: str, suite: Suite, layers: Mapping[str, Layer], sandbox: Sandbox
) -> bool:
    turn = Turn(wrong.texts[wrong.turn - 1], tools_given=suite.tools)
    if layer in layers:
        return layers[layer](turn, wrong.expected).status == "fail"
    case = suite.case(wrong.case)
    return execute_turn(turn, wrong.expected, case, suite, sandbox).status == "fail"


def make_line(
    mutation: Mutation,
    suite: Suite,
    answers: Sequence[ReferenceAnswer],
    sandbox: Sandbox,
    layers: Mapping[str, Layer] = LAYERS,
) -> Line:
    """Judge all that a mutator makes; a cell is caught when its layer fails every one."""
    caught: dict[str, list[str]] = {category: [] for category in suite.categories}
    missed: dict[str, list[WrongAnswer]] = {category: [] for category in suite.categories}
    for wrong in wrong_answers(mutation, suite, answers):
        if _is_caught(wrong, mutation.layer, suite, layers, sandbox):
            caught[wrong.category].append(wrong.case)
        else:
            missed[wrong.category].append(wrong)
    cells = {name: Cell(tuple(caught[name]), tuple(missed[name])) for name in suite.categories}
    return Line(mutation.name, mutation.layer, cells)


def make_matrix(
    suite: Suite,
    answers: Sequence[ReferenceAnswer],
    layers: Mapping[str, Layer] = LAYERS,
    mutations: Sequence[Mutation] = MUTATIONS,
) -> tuple[Line, ...]:
    """Return the whole matrix, a line for each mutator."""
    with Sandbox() as sandbox:
        return tuple(make_line(mutation, suite, answers, sandbox, layers) for mutation in mutations)


def holes(matrix: Sequence[Line]) -> tuple[str, ...]:
    """Return a sentence for each cell that lets a wrong answer through."""
    return tuple(
        f"{line.name}, {category}: {line.layer} let {len(cell.missed)} of "
        f"{cell.caught + len(cell.missed)} through, first in {cell.missed[0].case}"
        for line in matrix
        for category, cell in line.cells.items()
        if cell.missed
    )
