"""One call, its result, and what the result says, told in words."""

from collections.abc import Callable
from functools import partial

from fixtures import TOOLS, Result

from ..example import Ask, Back, Code, Draft, Say
from ..kind import Kind
from ..scene import Scene
from ..sentences import framed
from .requests import Request, request
from .showing import showing
from .telling import telling

CLEAN_SHARE = {"pytest_run": 0.35, "typecheck": 0.2, "ruff_check": 0.2, "git_status": 0.2}
FEW = 0.08
MOST = {
    "pytest_run": 7,
    "find_references": 6,
    "git_diff": 4,
    "git_status": 5,
    "git_log": 5,
}
# The same where there is one style: fewer tokens a row, and more rows.
SHORT = {"pytest_run": 6, "find_references": 4}
# How often a tool is taken; a summary of text is asked for more rarely than one of a result.
WEIGHTS = {
    "pytest_run": 3.5,
    "typecheck": 1.5,
    "ruff_check": 1.5,
    "git_log": 1.5,
    "git_diff": 1.5,
    "find_references": 1.5,
    "hover": 1.3,
    "read_file": 0.5,
    "run_command": 0.5,
    "write_file": 0.3,
}
BEFORE = ("", "", "", "", "", "", "Hi! ", "Next question: ", "One thing before lunch: ")
AFTER = ("", "", "", "", " Keep it short.", " In a sentence or two.", " Thanks!", " Briefly.")


def _summary(tool: str, scene: Scene) -> Draft:
    asked = request(scene, tool)
    clean = scene.chance(CLEAN_SHARE.get(tool, FEW))
    size = scene.number(1, (SHORT if scene.one_style else MOST).get(tool, 3))
    return _told(scene, asked, asked.result(scene, "clean" if clean else "filled", size))


def mixed_tests(scene: Scene) -> Draft:
    """Return a run of tests of which some fail, some break and some are skipped, told in words."""
    asked = request(scene, "pytest_run")
    return _told(scene, asked, asked.result(scene, "mixed", scene.number(2, 6)))


def _told(scene: Scene, asked: Request, result: Result | str) -> Draft:
    tool = asked.tool
    if scene.one_style:
        question = framed(scene, asked.say(scene, "questions"))
    else:
        question = scene.pick(BEFORE) + asked.say(scene, "questions") + scene.pick(AFTER)
    told = telling(scene, tool, asked.arguments, result)
    return Ask(question), Code(showing(scene, tool, asked.arguments)), Back(result), Say(told)


def _maker(tool: str) -> Callable[[Scene], Draft]:
    return partial(_summary, tool)


KINDS = tuple(
    Kind(f"summary_of_{tool}", "summary", _maker(tool), (tool,), WEIGHTS.get(tool, 1.0))
    for tool in TOOLS
)
