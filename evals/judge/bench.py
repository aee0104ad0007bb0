"""`python -m evals.judge.bench`: how many recorded answers are judged a second, read and run."""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from typing import NamedTuple

from fixtures import ReferenceAnswer, Suite, load_reference_answers, load_suite

from .execution import Sandbox, execute_answer
from .judge import judge
from .matrix import wrong_answers
from .mutators import MUTATIONS

# Of every four answers that are judged one is right; the others are wrong in every known way.
_WRONG_FOR_A_RIGHT = 3


class Recorded(NamedTuple):
    """An answer as a run records it: the case and the text of each turn."""

    case: str
    texts: tuple[str, ...]


def recorded_answers(suite: Suite, count: int) -> list[Recorded]:
    """Return so many answers, right and wrong ones, as models give them."""
    right = load_reference_answers(suite)
    # Texts of 100 kB come from no model that has a limit of tokens.
    wrong = [
        Recorded(answer.case, answer.texts)
        for mutation in MUTATIONS
        for answer in wrong_answers(mutation, suite, right)
        if max(map(len, answer.texts)) < 20_000
    ]
    wrongs, rights = cycle(wrong[:: len(MUTATIONS) // 8]), cycle(right)
    return list(islice(_mixed(rights, wrongs), count))


def _mixed(rights: Iterator[ReferenceAnswer], wrongs: Iterator[Recorded]) -> Iterator[Recorded]:
    for answer in rights:
        yield Recorded(answer.case, answer.turns)
        yield from islice(wrongs, _WRONG_FOR_A_RIGHT)


def judge_all(answers: Sequence[Recorded], execute: bool) -> int:
    """Judge the answers, and run them too if wanted; return how many pass strict."""
    suite = load_suite()
    strict = 0
    with Sandbox() as sandbox:
        for answer in answers:
            case = suite.case(answer.case)
            strict += judge(case, answer.texts, suite.responses, tools=suite.tools).strict
            if execute:
                execute_answer(case, answer.texts, suite, sandbox)
    return strict


def measure(answers: Sequence[Recorded], processes: int, *, execute: bool) -> float:
    """Return how many answers are judged in a second of wall-clock time."""
    shares = [answers[number::processes] for number in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        # The processes are started and have imported everything before the clock runs.
        list(pool.map(judge_all, [answers[:1]] * processes, [execute] * processes))
        started = time.perf_counter()
        list(pool.map(judge_all, shares, [execute] * processes))
        return len(answers) / (time.perf_counter() - started)


def main() -> None:
    """Print answers per second, with and without running their code."""
    parser = argparse.ArgumentParser(prog="python -m evals.judge.bench")
    parser.add_argument("--answers", type=int, default=10_000, help="how many (default: 10000)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    answers = recorded_answers(load_suite(), options.answers)
    print(f"{len(answers)} answers, {options.processes} processes")
    for execute, name in ((False, "read"), (True, "read and run")):
        rate = measure(answers, options.processes, execute=execute)
        print(f"{name}: {rate:.0f} answers a second", flush=True)


if __name__ == "__main__":
    main()
