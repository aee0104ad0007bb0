"""Two steps one after the other, where the second call waits for the result of the first."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from fixtures.results import TypeCheckResult

from ..example import Ask, Back, Code, Draft, Say
from ..kind import Kind
from ..scene import Scene
from ..sentences import capital, framed
from ..vocabulary import together
from .following import (
    Follow,
    Second,
    again,
    apart,
    every_file,
    first_name,
    led_file,
    led_place,
    named_file,
    newest_commit,
    read_back,
    same_file,
    same_place,
    saved,
    steps,
)
from .requests import Request, phrases, request
from .showing import showing
from .telling import telling

SMALL, SMALLER = 3, 2
INTRO_SHARE = 0.4
# How many chains have a condition, how many of these do not come true, and how many of the chains
# without one go on to a summary of the second result.
CONDITIONAL = 0.3
NOT_MET = 0.3
TO_THE_END = 0.3
# The same where there is one style: summaries teach it at less cost.
SELDOM_TO_THE_END = 0.1
TRIES = 60
# Characters of a text result that a summary may still follow.
LONGEST_TEXT = 300

FILE_TOOLS = ("read_file", "git_log", "git_diff", "typecheck", "ruff_check", "document_symbols")
# The tools whose result may report nothing, so that a condition on it can go either way.
EITHER_WAY = {"typecheck", "ruff_check", "pytest_run", "git_status", "workspace_symbols"}


class Pair(NamedTuple):
    """Which tool is called first, which second, and how the second follows from the first.

    `needs` says that the second step is about something that the first result holds.
    """

    first: str
    second: str
    how: str
    follow: Follow
    needs: bool = True
    weight: float = 1.0


# The second tools of each first tool, by how they follow from it.
LED_PLACES = {
    "typecheck": ("hover", "goto_definition", "find_references"),
    "goto_definition": ("hover", "find_references"),
    "find_references": ("hover",),
}
SAME_PLACES = {
    "hover": ("goto_definition", "find_references"),
    "find_references": ("goto_definition",),
    "goto_definition": ("find_references",),
}
SAME_FILES = {
    "document_symbols": ("read_file", "git_log", "git_diff", "typecheck", "ruff_check"),
    "hover": ("read_file", "git_log", "document_symbols"),
    "read_file": ("git_log", "git_diff"),
}
APART = {
    "git_status": ("git_diff", "git_log", "pytest_run", "run_command"),
    "git_diff": ("git_status", "git_log", "pytest_run"),
    "git_log": ("git_status", "git_diff"),
    "pytest_run": ("git_status", "git_diff", "run_command"),
    "typecheck": ("pytest_run", "run_command"),
    "ruff_check": ("pytest_run", "git_status", "run_command"),
    "run_command": ("git_status", "git_diff", "pytest_run"),
    "write_file": ("git_status",),
}
LEADING = (
    *("typecheck", "ruff_check", "pytest_run", "goto_definition", "find_references"),
    *("workspace_symbols", "git_status", "git_diff"),
)
FREQUENT = {("git_status", "git_diff"), ("goto_definition", "read_file"), ("typecheck", "hover")}


def _pairs() -> Iterator[Pair]:
    for first in LEADING:
        for second in FILE_TOOLS:
            if first != second:
                weight = 2.0 if (first, second) in FREQUENT else 0.7
                yield Pair(first, second, "led", partial(led_file, second), weight=weight)
    yield Pair("pytest_run", "pytest_run", "again", again)
    for table, how, follow in (
        (LED_PLACES, "place", led_place),
        (SAME_PLACES, "same_place", same_place),
        (SAME_FILES, "same_file", same_file),
        (APART, "apart", apart),
    ):
        for first, seconds in table.items():
            for second in seconds:
                weight = 2.0 if (first, second) in FREQUENT else 1.0
                needs = how != "apart"
                yield Pair(first, second, how, partial(follow, second), needs, weight)
    for second in ("git_log", "git_diff", "read_file", "ruff_check", "typecheck"):
        weight = 1.5 if second.startswith("git") else 1.0
        yield Pair("pytest_run", second, "named", partial(named_file, second), False, weight)
    yield Pair("git_log", "run_command", "newest", newest_commit)
    yield Pair("document_symbols", "workspace_symbols", "name", first_name)
    yield Pair("write_file", "read_file", "back", read_back, False)
    for first in ("git_log", "git_status", "document_symbols", "find_references"):
        yield Pair(first, "write_file", "save", saved)
    for first in ("git_status", "git_diff"):
        for second in ("ruff_check", "typecheck"):
            yield Pair(first, second, "each", partial(every_file, second))


PAIRS = tuple(_pairs())


def _asked(scene: Scene, frame: str, first: Request, second: Second, when: str) -> str:
    facts = {"first": first.say(scene, "wishes"), "noun": first.say(scene, "nouns")}
    intro = ""
    spoken = "intros" in phrases(first.voice) and "noun}" not in frame.lower()
    if spoken and scene.chance(INTRO_SHARE):
        facts["first"] = first.say(scene, "short_wishes")
        intro = first.say(scene, "intros") + " "
    if when:
        facts["when"] = first.say(scene, when)
        facts["should"] = first.say(scene, f"should_{when}")
    facts["then"] = second.wish
    facts |= {name.capitalize(): capital(text) for name, text in facts.items()}
    return intro + frame.format(**facts)


def _first_step(scene: Scene, pair: Pair, clean: bool) -> tuple[Request, Any, Second]:
    most = SMALLER if scene.one_style else SMALL
    for _ in range(TRIES):
        first = request(scene, pair.first)
        found = first.result(
            scene,
            "clean" if clean else "filled",
            1 if pair.first == "goto_definition" else scene.number(1, most),
        )
        sample = first.result(scene, size=SMALL) if clean and pair.needs else found
        # What is asked for after "the first error" must be about an error, not about a warning.
        if isinstance(found, TypeCheckResult) and not (
            clean or found.errors[0].severity == "error"
        ):
            continue
        if second := pair.follow(scene, first, sample):
            return first, found, second
    raise RuntimeError(f"no {pair.second} follows from {pair.first} in {TRIES} scenes")


def _second_result(scene: Scene, second: Second) -> tuple[Back, Say] | tuple[()]:
    if second.code or second.arguments.get("command", "").startswith("git show"):
        return ()
    size = min(second.arguments.get("count", SMALL), scene.number(1, SMALL - 1))
    found = scene.result(second.tool, *second.arguments.values(), size=size)
    if isinstance(found, str) and len(found) > LONGEST_TEXT:
        return ()
    return Back(found), Say(telling(scene, second.tool, second.arguments, found))


def _chain(pair: Pair, scene: Scene) -> Draft:
    when, met, clean = "", True, not pair.needs and scene.chance(0.2)
    frames = together(steps()["plain"], () if pair.needs else steps()["backwards"])
    if pair.first in EITHER_WAY and scene.chance(CONDITIONAL):
        when = "bad" if pair.needs or scene.chance(0.5) else "good"
        met = not scene.chance(NOT_MET)
        clean = met == (when == "good")
        frames = steps()["if_true"]
    first, found, second = _first_step(scene, pair, clean)
    text = _asked(scene, scene.pick(frames), first, second, when)
    asked = Ask(framed(scene, text) if scene.one_style else text)
    begun = (asked, Code(showing(scene, first.tool, first.arguments)), Back(found))
    if not met:
        told = telling(scene, first.tool, first.arguments, found)
        separator = "\n" if "\n" in told else " "
        return *begun, Say(told + separator + scene.pick(steps()["not_needed"]))
    code = Code(second.code or showing(scene, second.tool, second.arguments))
    to_the_end = scene.chance(SELDOM_TO_THE_END if scene.one_style else TO_THE_END)
    ending = _second_result(scene, second) if to_the_end else ()
    return *begun, code, *ending


KINDS = tuple(
    Kind(
        f"chain_{pair.first}_{pair.second}_{pair.how}",
        "chaining",
        partial(_chain, pair),
        (pair.first,),
        pair.weight,
    )
    for pair in PAIRS
)
