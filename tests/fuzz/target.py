"""What is fuzzed: every format, every layer and the reading of code, on any text."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial

from evals.judge import FORMATS, LAYERS, Expectation, Turn
from evals.judge.facts import invented_numbers, is_stuffed
from fixtures import load_reference_answers, load_suite
from pipeline.data.announcements import is_announcement
from pipeline.data.calls import find_calls, render_call
from pipeline.data.code import CodeTooComplexError, read_code

SLOWEST = 0.1

EXPECTATIONS = (
    Expectation(
        wants="call",
        tools=("git_status | git_diff", "ruff_check"),
        forbidden=("run_command",),
        fields=("git_status.files.file",),
    ),
    Expectation(
        wants="answer",
        keywords=("58", "router.py | registry.py", "two"),
        keywords_needed=2,
        told="GitDiffResult(additions=58, files=[DiffFile(file='router.py', additions=4.5)])",
    ),
)

MARKUP = (
    "<tool_call>", "</tool_call>", "<function=execute_code>", "</function>", "<parameter=code>",
    "</parameter>", "<function=git_status>", "<parameter=path>", "\n", " ", "```", "```python\n",
    '{"name": "git_status", "arguments": {"path": "."}}', '{"name":', '"arguments"', "{", "}", "[",
    "]", "<|tool_call_start|>", "<|tool_call_end|>", '[git_status(path=".")]', "I'll check ",
    "the git status.", "58", "4,800", "router.py", "<tool_response>", "\ufeff", "\x00", "\u2028",
)  # fmt: skip

CODE = (
    "git_status('.')", "ruff_check(f.file)", "s", "f", "x", "y", " = ", ".files", ".file", ".clean",
    "[0]", "[-1]", "['a']", "[1:]", "\n", "\n    ", "\n        ", "for f in ", "if ", "else", ":",
    "while True:", "def f(x, *y, **z):", "return ", "lambda x: ", "yield ", "(", ")", "[", "]", "{",
    "}", ", ", "print(", "sorted(", "map(", ", key=", ".append(", ".items()", "try:", "except E:",
    "with x as y:", "match s:", "case f(file=x):", "import itertools", "from a import git_status",
    "class A:", "A()", "self.", "global s", "*", "**", "x := ", "None", "1", "'a'", "f'{s.clean}'",
    "# ", "\t", "async ", "await ", "break", "continue", "del x", "assert ", "raise ", "not ",
)  # fmt: skip


@cache
def right_texts() -> tuple[str, ...]:
    """Return every turn of every reference answer: what is mutated byte by byte."""
    return tuple(turn for a in load_reference_answers(load_suite()) for turn in a.turns)


@cache
def right_codes() -> tuple[str, ...]:
    """Return the code of every reference call."""
    return tuple(c.code for text in right_texts() for c in find_calls(text) if c.code is not None)


class TooSlowError(AssertionError):
    """A text took longer than it may."""


def check_text(text: str) -> None:
    """Judge a text in every format; raises what a layer raises, and TooSlowError."""
    for name in FORMATS:
        _in_time(f"format {name}", text, partial(_judge, text, name))
    for call in find_calls(text):
        assert 0 <= call.start < call.end <= len(text)
    _in_time("the checks of prose", text, partial(_look_at_prose, text))


def check_code(code: str) -> None:
    """Read a code and judge it as a call; raises what reading raises, and TooSlowError."""
    _in_time("reading", code, partial(_read, code))
    check_text(render_call(code))


def _judge(text: str, name: str) -> None:
    turn = Turn(text, name)
    for expected in EXPECTATIONS:
        for layer in LAYERS.values():
            outcome = layer(turn, expected)
            assert outcome.status in ("pass", "fail", "n/a")
            assert outcome.sentence


def _look_at_prose(text: str) -> None:
    is_announcement(text)
    is_stuffed(text, ("58", "router.py", "two"))
    invented_numbers(text, text)


def _read(code: str) -> None:
    with suppress(SyntaxError, CodeTooComplexError):
        reading = read_code(code)
        assert set(reading.tools) <= {call.tool for call in reading.calls}


def _in_time(what: str, text: str, action: Callable[[], None]) -> None:
    seconds = 0.0
    # Three times, since collecting the garbage of a long run falls on whatever runs then.
    for _ in range(3):
        started = time.process_time()
        action()
        seconds = time.process_time() - started
        if seconds <= SLOWEST:
            return
    raise TooSlowError(f"{what} takes {seconds:.2f} s of computing for {text!r}")
