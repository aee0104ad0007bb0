"""Which calls of tools the code can reach."""

import pytest

from pipeline.data.code import read_code

REACHED = {
    "at the top": "git_status('.')",
    "in a string to be formatted": "print(f'{git_status(\".\")}')",
    "in a branch": "if path:\n    git_status('.')",
    "in the other branch": "if True:\n    pass\nelif path:\n    pass\nif 0:\n    pass\nelse:\n"
    "    git_status('.')",
    "in a loop": "for n in range(3):\n    git_status('.')",
    "after a loop that breaks": "while True:\n    break\ngit_status('.')",
    "after a loop that breaks inside a branch": "while True:\n    if path:\n        break\n"
    "git_status('.')",
    "in the else of a loop": "for n in range(3):\n    pass\nelse:\n    git_status('.')",
    "in a try": "try:\n    git_status('.')\nexcept OSError:\n    pass",
    "in a handler": "try:\n    load()\nexcept OSError:\n    git_status('.')",
    "in a finally": "try:\n    load()\nfinally:\n    git_status('.')",
    "in a function that is called": "def main():\n    git_status('.')\nmain()",
    "in a main guard": "def main():\n    git_status('.')\nif __name__ == '__main__':\n    main()",
    "in a lambda that is called": "(lambda: git_status('.'))()",
    "in a method that is called": "class A:\n    def run(self):\n        git_status('.')\n"
    "A().run()",
    "in a default": "def f(s=git_status('.')):\n    pass",
    "in a decorator": "@register(git_status('.'))\ndef f():\n    pass",
    "under another name": "check = git_status\ncheck('.')",
    "out of a dict": "{'s': git_status}['s']('.')",
    "out of a loop over tools": "for tool in (git_status, git_log):\n    tool('.')",
    "through map": "list(map(git_status, ['.']))",
    "through a partial": "from functools import partial\npartial(git_status, '.')()",
    "in a thread": "import asyncio\nasync def main():\n"
    "    await asyncio.to_thread(git_status, '.')\nasyncio.run(main())",
    "through gather": "import asyncio\nasyncio.gather(git_status('.'), git_log('.'))",
    "in a match": "match path:\n    case '.':\n        git_status('.')",
    "in a with": "with open('a') as f:\n    git_status('.')",
    "in an assert": "assert git_status('.').clean",
    "in a comprehension": "[git_status(p) for p in ['.']]",
    "in an index": "rows[git_status('.').file_count]",
    "after an if that may return": "def f():\n    if path:\n        return\n"
    "    git_status('.')\nf()",
}


@pytest.mark.parametrize("code", REACHED.values(), ids=REACHED)
def test_call_is_reached(code, tools):
    assert "git_status" in tools(code)


NOT_REACHED = {
    "in a string": "print('git_status(1)')",
    "in a comment": "print(1)  # git_status('.')",
    "in a function that nobody calls": "def f():\n    git_status('.')",
    "in a lambda that nobody calls": "f = lambda: git_status('.')",
    "in a method that nobody calls": "class A:\n    def run(self):\n        git_status('.')\nA()",
    "under if False": "if False:\n    git_status('.')",
    "under if 0": "if 0:\n    git_status('.')",
    "under if not True": "if not True:\n    git_status('.')",
    "under an empty literal": "if []:\n    git_status('.')",
    "under a false comparison": "if 1 == 2:\n    git_status('.')",
    "under and with a constant": "if path and False:\n    git_status('.')",
    "behind and with a constant": "False and git_status('.')",
    "behind or with a constant": "True or git_status('.')",
    "in the else of if True": "if True:\n    pass\nelse:\n    git_status('.')",
    "in a conditional expression": "git_status('.') if False else None",
    "in while False": "while False:\n    git_status('.')",
    "after while True": "while True:\n    pass\ngit_status('.')",
    "in a loop over nothing": "for n in []:\n    git_status('.')",
    "in a loop over range(0)": "for n in range(0):\n    git_status('.')",
    "in a comprehension over nothing": "[git_status('.') for n in ()]",
    "after return": "def f():\n    return\n    git_status('.')\nf()",
    "after raise": "raise SystemExit\ngit_status('.')",
    "after exit": "exit()\ngit_status('.')",
    "after sys.exit": "import sys\nsys.exit(0)\ngit_status('.')",
    "after assert False": "assert False\ngit_status('.')",
    "after break": "for n in x:\n    break\n    git_status('.')",
    "after a return in each branch": "def f():\n    if path:\n        return 1\n    else:\n"
    "        return 2\n    git_status('.')\nf()",
    "after a try that returns in each part": "def f():\n    try:\n        return 1\n"
    "    except OSError:\n        return 2\n    git_status('.')\nf()",
    "after a match that returns in each case": "def f():\n    match path:\n        case 1:\n"
    "            return\n        case _:\n            return\n    git_status('.')\nf()",
    "as a name that is not called": "print(git_status)",
    "as an attribute of another object": "tools.git_status('.')",
    "as an attribute of itself": "git_status.run('.')",
}


@pytest.mark.parametrize("code", NOT_REACHED.values(), ids=NOT_REACHED)
def test_call_is_not_reached(code, tools):
    assert tools(code) == ()


HIDDEN = {
    "from tools import git_status": "imported",
    "import git_status": "imported",
    "def git_status(path):\n    return path": "defined as a function",
    "class git_status:\n    pass": "defined as a class",
    "git_status = print": "assigned",
    "for git_status in [1]:\n    pass": "assigned",
    "with open('a') as git_status:\n    pass": "assigned",
}


@pytest.mark.parametrize(("code", "how"), HIDDEN.items())
def test_tool_whose_name_is_taken_is_not_called(code, how):
    reading = read_code(f"{code}\ngit_status('.')")
    assert (reading.tools, reading.hidden) == ((), {"git_status": how})


def test_tool_assigned_to_itself_stays_the_tool(tools):
    assert tools("git_status = git_status\ngit_status('.')") == ("git_status",)


def test_parameter_hides_a_tool_inside_its_function_only(tools):
    code = "def f(git_status):\n    git_status('.')\nf(print)\ngit_status('.')"
    assert tools(code) == ("git_status",)


def test_calls_are_in_the_order_of_the_source():
    reading = read_code("def f():\n    git_log('.')\ngit_status('.')\nf()")
    assert [(call.tool, call.line) for call in reading.calls] == [("git_log", 2), ("git_status", 3)]


ARGUMENTS = {
    "git_status()": "missing a required argument: 'path'",
    "git_status('.', True)": "too many positional arguments",
    "git_status(folder='.')": "missing a required argument: 'path'",
    "git_log('.', limit=3)": "got an unexpected keyword argument 'limit'",
    "git_log('.', path='.')": "multiple values for argument 'path'",
    "list(map(git_log, ['.'], [1], [2]))": "too many positional arguments",
}


@pytest.mark.parametrize(("code", "problem"), ARGUMENTS.items())
def test_arguments_that_do_not_fit_are_told(code, problem):
    (call,) = read_code(code).calls
    assert call.problem is not None
    assert call.problem.endswith(f": {problem}")


@pytest.mark.parametrize(
    "code",
    ["git_status('.')", "git_status(path='.')", "git_status(*paths)", "git_status(**options)",
     "from functools import partial\npartial(git_log, count=3)('.')"],
)  # fmt: skip
def test_arguments_that_fit_have_no_problem(code):
    (call,) = read_code(code).calls
    assert call.problem is None


def test_names_that_nothing_defines_are_told():
    assert read_code("print(git_blame('a'))").unknown_names == ("git_blame",)
