"""Requests full of tool words that forbid a call, and pasted output that needs none."""

from functools import cache
from typing import NamedTuple

from fixtures.toml_files import read_toml, tables_of

from ..example import Ask, Draft, Say
from ..kind import Kind
from ..scene import Scene
from ..vocabulary import Wordings
from .direct_answers import FOLDER, tool_for_wish, which_tool

BANS = Wordings(
    usual=(
        "Don't call anything, only name the tool you would use to {wish}.",
        "Without running anything: which tool is there to {wish}?",
        "Please run nothing. I just want to know how you would {wish}.",
        "No calls, please. Which tool would you take to {wish}?",
        "Hands off my project! Just say which tool I need to {wish}.",
        "Do not execute any code yet. What would you use to {wish}?",
        "Nothing must be run at the moment. Say in words which tool would {wish}.",
        "only talk, no action: what is the tool to {wish}",
        "I am not asking you to do it, but how would you {wish}?",
        "Theoretically, if I let you: what would you call to {wish}?",
        "Stop, run nothing. What would be your first call if you had to {wish}?",
    ),
    more=(
        "Leave my code alone for now. Which tool would let you {wish}?",
        "Before you do anything: what would you use to {wish}? Just the name.",
        "I'm only collecting tool names, so run nothing: what is there to {wish}?",
        "This is a question about you, not a task: which tool do you use to {wish}?",
        "Answer from memory, with no call at all: how would you {wish}?",
        "Hypothetically speaking, which tool would you reach for to {wish}?",
        "Keep your hands still and tell me: which tool serves to {wish}?",
        "Tell me which tool you would use to {wish}, but do not use it.",
        "How would you go about it if I asked you to {wish}? Describe it, don't do it.",
        "I'd rather you did not run anything. Which tool would it take to {wish}?",
        "The repository is locked at the moment, so only in theory: which tool would {wish}?",
        "Don't {wish} now. Which tool would you take for it if I asked?",
        "I don't want to {wish} yet; I want to know which tool can.",
        "No code, no output, one sentence: which tool is meant to {wish}?",
        "We are in a meeting and nothing may run. What would you use to {wish}?",
        "Without touching the project, say which of your tools can {wish}.",
        "Just for the record, and without a call: what do you have to {wish}?",
        "explain only, dont run: tool to {wish}?",
        "Not a request, just a question: how do you {wish}?",
        "Later I may ask you to {wish}. For now merely tell me which tool that takes.",
        "If you were to {wish} - which you must not do now - what would you call?",
        "Pause before running anything. Name what you would use to {wish}.",
    ),
)
INTROS = Wordings(
    usual=(
        "I get this:",
        "My colleague sent me this output:",
        "CI prints this:",
        "Found in yesterday's log:",
        "I ran it by hand and got",
        "This is what my terminal says:",
        "Somebody posted this in our chat:",
        "",
    ),
    more=(
        "The build log ends with this:",
        "Our nightly job stopped with:",
        "From a bug report:",
        "A user sent in the following:",
        "Copied from my console:",
        "I came across this line in a tutorial:",
        "The pipeline turned red, and the log has this:",
        "An old ticket quotes this:",
        "Saw this scroll by:",
        "It worked yesterday; today there is this:",
        "On a screenshot that somebody sent I can read:",
        "Output:",
        "Got this on another machine:",
        "For reference, the message:",
        "A friend who is new to Python showed me this:",
    ),
)
REQUESTS = Wordings(
    usual=(
        "What does it mean in general?",
        "What does this message usually mean?",
        "You need not look at the code. What is the usual cause?",
        "No need to run anything. What is this telling me?",
        "Explain the message to me, without checking my project.",
        "I only want to understand the message.",
        "Please explain in one or two sentences what that means.",
        "what does that mean",
        "What is this in plain words? Leave the code alone.",
        "Don't fix it, don't run it, just explain the message.",
    ),
    more=(
        "In general terms, what is wrong when one sees this?",
        "I'm not asking for a fix. What does the message say?",
        "What brings up a message like this?",
        "Translate that into plain English, please.",
        "How should I read this?",
        "It is from another machine, so there is nothing to run here. What is behind it?",
        "Help me make sense of it; no commands, please.",
        "What am I looking at?",
        "Can you tell from the text alone what the matter is?",
        "Why does one get this?",
        "I have never seen this before. What is it about?",
        "Tell me the likely cause, that is all I want.",
        "A brief explanation is plenty; I will repair it myself.",
        "This isn't from our repository. What does it want to tell me?",
        "Just the meaning, please: no tools, no patch.",
        "explain pls, dont touch anything",
        "What is that supposed to mean?",
        "How would you explain that to a beginner?",
        "Before I look into it myself: what does such a message point to?",
        "For my understanding only: what triggers that?",
    ),
)


class Paste(NamedTuple):
    """Output that someone pastes, and what it means."""

    output: str
    answer: str


@cache
def pastes() -> tuple[Paste, ...]:
    """Return all outputs to paste."""
    path = FOLDER / "pasted.toml"
    return tuple(Paste(**table) for table in tables_of(read_toml(path), "paste", path))


def _banned(scene: Scene) -> Draft:
    wish, answer = scene.pick((which_tool, tool_for_wish))(scene)
    return Ask(scene.pick(BANS).format(wish=wish)), Say(answer)


def _pasted(scene: Scene) -> Draft:
    paste = scene.pick(pastes())
    output = scene.fill(paste.output, name=scene.variable(), file=scene.path())
    parts = [scene.pick(INTROS), output, scene.pick(REQUESTS)]
    if scene.chance(0.2):
        parts = [parts[2], output]
    return Ask("\n\n".join(part for part in parts if part)), Say(paste.answer)


KINDS = (
    Kind("banned_call", "edge_cases", _banned, weight=2.5),
    Kind("pasted_output", "edge_cases", _pasted, weight=2.5),
)
