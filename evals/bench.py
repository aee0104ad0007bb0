"""`make bench-eval`: how much faster answers come than the plain way, and whether they are equal.

The plain way is mlx-lm as it is installed: packed 5-bit weights, one prompt after the other, no
OpenBLAS. It computes in float32 unless told otherwise, since the 16 bits that a model is stored in
take a CPU ten to thirty times longer. Both get the same prompt token ids; loading is timed apart.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures import SYSTEM_PROMPT, Case, Suite, load_suite
from pipeline.benchmark import run_benchmark
from pipeline.model.chat import render
from pipeline.model.embedded import EMBEDDED_MODEL
from pipeline.model.folder import read_json_object
from pipeline.model.loading import LoadedModel, load_model

from .ask.answer import Answer, Question, Sampling, first_question, next_question
from .ask.session import peak_memory_bytes

PLAIN = Path(__file__).with_name("plain.py")


@dataclass(frozen=True)
class Side:
    """What one of the two ways took for a list of prompts."""

    name: str
    token_ids: tuple[tuple[int, ...], ...]
    seconds: float
    peak_bytes: int

    @property
    def tokens(self) -> int:
        """How many tokens were generated."""
        return sum(map(len, self.token_ids))

    @property
    def seconds_an_answer(self) -> float:
        """Seconds divided by answers."""
        return self.seconds / len(self.token_ids)


def spread(cases: Sequence[Case], number: int) -> tuple[Case, ...]:
    """Return cases at even distances, so that the categories keep their shares."""
    number = min(number, len(cases))
    return tuple(cases[(2 * place + 1) * len(cases) // (2 * number)] for place in range(number))


def first_difference(left: Sequence[int], right: Sequence[int]) -> int | None:
    """Return where two token sequences part, or None when they are equal."""
    if tuple(left) == tuple(right):
        return None
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(left), len(right)))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def ask_ours(
    loaded: LoadedModel, suite: Suite, cases: Sequence[Case], sampling: Sampling
) -> tuple[Side, list[tuple[Question, Answer]]]:
    """Answer whole cases with callgate's engine; return what it took, and every turn of them."""
    from .ask.mlx_engine import MlxEngine, default_batch_size

    asked: dict[tuple[str, int], Question] = {}
    for case in cases:
        asked[case.id, 1] = first_question(case, SYSTEM_PROMPT)

    def follow(answer: Answer) -> Question | None:
        question = asked[answer.case, answer.turn]
        following = next_question(suite.case(answer.case), suite, question, answer.text)
        if following is not None:
            asked[following.case, following.turn] = following
        return following

    batch_size = default_batch_size(
        read_json_object(loaded.description.folder / "config.json"),
        sampling.max_tokens + 512,
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    )
    engine = MlxEngine(loaded, sampling, batch_size)
    questions = list(asked.values())
    started = time.perf_counter()
    answers = []
    for answer in engine.answer(questions, follow):
        answers.append(answer)
        elapsed = time.perf_counter() - started
        _say(f"ours: {len(answers)} answers, {elapsed:.0f} s")
    seconds = time.perf_counter() - started
    answers.sort(key=lambda answer: (answer.case, answer.turn))
    side = Side("ours", tuple(answer.token_ids for answer in answers), seconds, peak_memory_bytes())
    return side, [(asked[answer.case, answer.turn], answer) for answer in answers]


def _lines(child: "subprocess.Popen[str]", request: str) -> Iterator[dict[str, object]]:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(request)
    child.stdin.close()
    for line in child.stdout:
        yield json.loads(line)


def ask_plainly(
    model: Path, dtype: str, prompts: Sequence[Sequence[int]], max_tokens: int
) -> tuple[float, Side]:
    """Answer the prompts the plain way in a child process; return its load seconds and the rest."""
    request = json.dumps(
        {"model": str(model), "dtype": dtype, "prompts": prompts, "max_tokens": max_tokens}
    )
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    child = subprocess.Popen(
        [sys.executable, "-P", str(PLAIN)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1"},
        start_new_session=True,  # Ctrl-C reaches this process, which ends the child
    )
    load_seconds, seconds, peak = 0.0, 0.0, 0
    answers: list[tuple[int, ...]] = []
    try:
        for line in _lines(child, request):
            if "load_seconds" in line:
                load_seconds = float(str(line["load_seconds"]))
                continue
            token_ids = line["token_ids"]
            assert isinstance(token_ids, list)
            answers.append(tuple(token_ids))
            seconds += float(str(line["seconds"]))
            peak = int(str(line["peak_bytes"]))
            _say(f"plain: {len(answers)} of {len(prompts)} answers, {seconds:.0f} s")
        if child.wait() or len(answers) != len(prompts):
            raise SystemExit(f"the plain way ended with exit code {child.returncode}")
    finally:
        child.kill()
        child.wait()
    return load_seconds, Side("plain", tuple(answers), seconds, peak)


def _row(side: Side) -> str:
    return (
        f"{side.name:<7}{len(side.token_ids):>9}{side.seconds:>10.1f}{side.tokens:>9}"
        f"{side.tokens / side.seconds:>10.1f}{side.seconds_an_answer:>12.2f}"
        f"{side.peak_bytes / 1e6:>10.0f}"
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals.bench", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--cases", type=int, default=12, help="cases in the sample (12)")
    parser.add_argument("--max-tokens", type=int, default=512, help="tokens of an answer (512)")
    parser.add_argument("--model", type=Path, default=EMBEDDED_MODEL, help="model folder")
    parser.add_argument(
        "--plain-dtype",
        choices=("float32", "stored"),
        default="float32",
        help="what the plain way computes in (float32)",
    )
    options = parser.parse_args(arguments)
    if min(options.cases, options.max_tokens) < 1:
        parser.error("--cases and --max-tokens are at least 1")
    return options


def compare(model: Path, number: int, max_tokens: int, plain_dtype: str) -> None:
    """Ask a sample of the cases both ways, and all of them our way; print what it took."""
    suite, sampling = load_suite(), Sampling(max_tokens=max_tokens)
    sample = spread(suite.cases, number)
    started = time.perf_counter()
    loaded = load_model(model)
    load_seconds = time.perf_counter() - started
    ours, turns = ask_ours(loaded, suite, sample, sampling)
    prompts = [
        render(loaded.tokenizer, question.messages, add_generation_prompt=True)
        for question, _ in turns
    ]
    plain_load_seconds, plain = ask_plainly(model, plain_dtype, prompts, max_tokens)
    print(f"{len(sample)} of {len(suite.cases)} cases with all their turns, model {model.name},")
    print(f"at most {max_tokens} tokens an answer, greedy, {os.cpu_count()} cores;")
    print(f"plain: packed weights, dtype {plain_dtype}, one by one, without OpenBLAS")
    print("         answers   seconds   tokens  tokens/s   s/answer   peak MB")
    print(_row(ours))
    print(_row(plain))
    ratio = plain.seconds / ours.seconds
    print(f"measured on the same prompts: ours is {ratio:.1f} times as fast")
    print(f"loading, not in these seconds: ours {load_seconds:.1f}, plain {plain_load_seconds:.1f}")
    differences = {
        f"{question.case} turn {question.turn}": place
        for (question, answer), other in zip(turns, plain.token_ids, strict=True)
        if (place := first_difference(answer.token_ids, other)) is not None
    }
    print(f"equal token by token: {len(turns) - len(differences)} of {len(turns)} answers")
    for name, place in differences.items():
        print(f"  {name}: differs from token {place + 1}")
    whole, _ = ask_ours(loaded, suite, suite.cases, sampling)
    print(f"the whole suite of {len(suite.cases)} cases, measured:")
    print(_row(whole))
    each = plain.seconds_an_answer / whole.seconds_an_answer
    throughput = (whole.tokens / whole.seconds) / (plain.tokens / plain.seconds)
    print(f"computed from both: {each:.1f} times as fast an answer as the plain way was on the")
    print(f"sample, {throughput:.1f} times as many tokens a second")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and return its exit code."""
    asked = _options(arguments)
    return run_benchmark(
        lambda: compare(asked.model, asked.cases, asked.max_tokens, asked.plain_dtype)
    )


if __name__ == "__main__":
    sys.exit(main())
