"""Hostile code, each attempt contained and named; the table of docs/judge.md."""

from pathlib import Path

import pytest

from evals.judge.execution import Sandbox, canned_results
from fixtures import load_suite

TOO_LONG = "it computes for more than 0.4 s"
TOO_LARGE = "it needs more than 64 MB or prints more than 10 MB"
TOO_DEEP = "it calls itself more than 200 deep"
ENDED = "it does not stop by itself, and its process was ended"

ATTEMPTS = {
    "endless loop": ("while True:\n    pass", "stopped", TOO_LONG),
    "endless loop that catches": (
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        pass",
        "stopped",
        TOO_LONG,
    ),
    "endless loop in exec": (
        "exec('while True: pass')",
        "not run",
        "it uses exec, which hides what it reads",
    ),
    "endless calls of a tool": ("while True:\n    git_status('.')", "stopped", TOO_LONG),
    "sleep for an hour": ("import time\ntime.sleep(3600)", "ran", None),
    "fork": ("import os\nos.fork()", "not run", "the sandbox has no os.fork"),
    "shell": ("import os\nos.system('id')", "not run", "the sandbox has no os.system"),
    "subprocess": ("import subprocess", "not run", "the sandbox has no module 'subprocess'"),
    "10 GB string": ("x = 'a' * 10**10", "stopped", TOO_LARGE),
    "10 TB list": ("x = [0] * 10**12", "stopped", TOO_LARGE),
    "memory that catches": (
        "a = []\nwhile True:\n    try:\n        a.append('x' * 10**6)\n"
        "    except MemoryError:\n        pass",
        "stopped",
        TOO_LARGE,
    ),
    "huge power": ("print(9**9**9)", "stopped", TOO_LARGE),
    "huge number as text": (
        "print(len(str(7**10000000)))",
        "stopped",
        ENDED,
    ),
    "huge width": ("print('{:>10000000000}'.format(1))", "stopped", TOO_LARGE),
    "deep recursion": ("def f(n):\n    return f(n + 1)\nf(0)", "stopped", TOO_DEEP),
    "deep nesting": ("x = []\nfor n in range(10**6):\n    x = [x]\nprint(x)", "stopped", None),
    "recursive repr": (
        "class A:\n    def __repr__(self):\n        return repr(self)\nprint(A())",
        "stopped",
        TOO_DEEP,
    ),
    "read /etc/passwd": (
        "print(open('/etc/passwd').read())",
        "raised",
        "PermissionError: Permission denied: '/etc/passwd'",
    ),
    "read it with pathlib": (
        "from pathlib import Path\nprint(Path('/etc/passwd').read_text())",
        "raised",
        "PermissionError: Permission denied: '/etc/passwd'",
    ),
    "write a file": (
        "open('/tmp/x', 'w').write('x')",
        "raised",
        "PermissionError: Permission denied: '/tmp/x'",
    ),
    "environment": (
        "import os\nprint(os.environ)",
        "raised",
        "RuntimeError: 'os.environ' is not supported in this environment",
    ),
    "socket": ("import socket", "not run", "the sandbox has no module 'socket'"),
    "ctypes": ("import ctypes", "not run", "the sandbox has no module 'ctypes'"),
    "__import__": ("__import__('os')", "not run", "the sandbox has no function '__import__'"),
    "subclasses of object": (
        "print(().__class__.__base__.__subclasses__())",
        "raised",
        "AttributeError: 'tuple' object has no attribute '__class__'",
    ),
    "globals of a tool": (
        "print(git_status.__globals__)",
        "raised",
        "AttributeError: 'function' object has no attribute '__globals__'",
    ),
    "globals of a result's class": (
        "print(git_status('.').__class__.__init__.__globals__)",
        "raised",
        "AttributeError: type object 'GitStatusResult' has no attribute '__init__'",
    ),
    "own name in place of a result's field": (
        "s = git_status('.')\ns.clean = 'yes'\nprint(s.clean)",
        "ran",
        None,
    ),
    "print 100 MB at once": ("print('x' * 100_000_000)", "stopped", TOO_LARGE),
    "print 100 MB in lines": (
        "for n in range(10**6):\n    print('x' * 100)",
        "stopped",
        TOO_LARGE,
    ),
    "regular expression that backtracks": (
        "import re\nprint(re.match(r'(a+)+$', 'a' * 40 + 'b'))",
        "ran",
        None,
    ),
}

SUITE = load_suite()
FILLED, _ = canned_results(SUITE, SUITE.case("chain_status_then_diff"))


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as box:
        box.execute(["print(1)"], SUITE.tools, FILLED)
        yield box


@pytest.mark.parametrize("name", ATTEMPTS)
def test_attempt_is_contained_and_named(name, sandbox):
    code, status, problem = ATTEMPTS[name]
    execution = sandbox.execute([code], SUITE.tools, FILLED)
    assert execution.status == status
    if problem is not None:
        # Where the machine is busy, the time may run out before another limit is reached.
        late = (TOO_LONG, ENDED) if status == "stopped" else ()
        assert execution.problem in (problem, *late)
    assert len(execution.printed) <= 2_000


def test_run_goes_on_after_each_attempt(sandbox):
    for code, _, _ in list(ATTEMPTS.values())[:12]:
        sandbox.execute([code], SUITE.tools, FILLED)
        after = sandbox.execute(["print(git_status('.').clean)"], SUITE.tools, FILLED)
        assert (after.status, after.printed) == ("ran", "False\n")


@pytest.mark.parametrize(
    "code",
    [
        "print(globals())",
        "print(locals())",
        "print(vars())",
        "print(dir())",
        "import sys\nprint(sys.modules['__main__'])",
        "import inspect",
        "print(git_status.__code__)",
        "print(vars(git_status('.')))",
        "print(dir(git_status('.')))",
    ],
)
def test_code_cannot_find_where_its_reads_are_noted(code, sandbox):
    execution = sandbox.execute([code], SUITE.tools, FILLED)
    assert "_callgate_" not in execution.printed


def test_every_attempt_stands_in_the_documentation():
    text = (Path(__file__).parents[3] / "docs" / "judge.md").read_text(encoding="utf-8")
    assert [name for name in ATTEMPTS if f"| {name} |" not in text] == []
