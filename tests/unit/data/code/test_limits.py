"""Code that is not worth reading is refused, soon and by name."""

import time
from contextlib import suppress

import pytest

from fixtures import TOOLS
from pipeline.data.code import CodeTooComplexError, parse, read_code


def test_syntax_error_keeps_its_line():
    with pytest.raises(SyntaxError) as problem:
        parse("a = 1\nb = (")
    assert problem.value.lineno == 2


def test_null_character_is_a_syntax_error():
    with pytest.raises(SyntaxError, match="null bytes"):
        parse("a\0b")


def test_long_code_is_a_syntax_error():
    with pytest.raises(SyntaxError, match="the code has 20001 characters, more than 20000"):
        parse(" " * 20_001)


def test_deep_code_is_refused():
    with pytest.raises(CodeTooComplexError, match="it is nested deeper than 80 levels"):
        read_code("x = " + "-" * 90 + "1")


def test_doubling_calls_are_refused():
    lines = ["f0 = lambda: 1", *(f"f{n} = lambda: f{n - 1}() + f{n - 1}()" for n in range(1, 40))]
    with pytest.raises(CodeTooComplexError, match="more than 20000 steps"):
        read_code("\n".join([*lines, "f39()"]))


HEAVY = {
    "a value that doubles": "x = ()\n" + "x = (x, x)\n" * 1_500,
    "a list inside itself": "x = []\n" + "x.append([x, x])\n" * 1_000,
    "many branches": "x = 1\n" + "if a:\n    x = (x, x)\n" * 700,
    "many functions": "".join(f"def f{n}(a):\n    return (a, a)\n" for n in range(500)),
    "nested loops": "".join("    " * n + f"for i{n} in x:\n" for n in range(20)) + " " * 80 + "f()",
    "many names": "\n".join(f"n{n} = git_status('.').files" for n in range(600)),
    "dicts of dicts": "d = {}\n" + "d = {'a': d, 'b': d}\n" * 700,
    "recursion in every branch": "def f(x):\n" + "    if a: f((x, x))\n" * 800 + "f(1)",
}


@pytest.mark.parametrize("code", HEAVY.values(), ids=HEAVY)
def test_heavy_code_is_read_or_refused_within_a_tenth_of_a_second(code):
    started = time.process_time()
    with suppress(SyntaxError, CodeTooComplexError):
        read_code(code)
    assert time.process_time() - started < 0.3  # a tenth, with room for a loaded machine


def test_other_tools_can_be_given():
    tools = {"git_log": TOOLS["git_log"]}
    assert read_code("git_status('.')\ngit_log('.')", tools).tools == ("git_log",)


@pytest.mark.filterwarnings("error")
def test_what_python_only_warns_of_is_read():
    assert read_code("print(git_status('\\d').clean is 1)").reads == {"git_status.clean"}
