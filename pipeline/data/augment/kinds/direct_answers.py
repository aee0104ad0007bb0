"""Questions that are answered with what the model knows, without a call."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from fixtures.toml_files import read_toml, tables_of

from ..example import Ask, Draft, Say
from ..kind import Kind
from ..scene import Scene
from ..vocabulary import Wordings, frozen
from .requests import request

FOLDER = Path(__file__).parent / "answers"

# Of what matters most, beside 15.3 for all the rest.
ESSENTIAL = 21.0
BEFORE = (
    *("", "", "", "", "", "Quick question: ", "Just curious: ", "One question: ", "In general: "),
    *("Short question. ", "Something I never understood: ", "Help me out: "),
)
AFTER = (
    *("", "", "", "", "", "", " Keep it short.", " One or two sentences will do."),
    *(" Please explain briefly.", " A short answer is enough."),
)

WHICH_TOOL = Wordings(
    usual=(
        "Which of your tools would I use to {wish}?",
        "Which tool is the right one to {wish}?",
        "What would you call to {wish}?",
        "I want to {wish} one day. Which tool is meant for that?",
        "Suppose I had to {wish}. Which of your tools fits?",
        "Name the tool to {wish}.",
        "If someone asks you to {wish}, which tool do you take?",
        "Which one of your tools lets me {wish}?",
        "what tool do you have to {wish}",
    ),
    more=(
        "Is there a tool to {wish}? What is it called?",
        "When I need to {wish}, which tool should come to mind?",
        "A colleague wants to {wish}. Which of your tools should I mention?",
        "To {wish}, which tool is best?",
        "tool to {wish}?",
        "What is the name of the tool that is made to {wish}?",
        "Say the task is to {wish}: which call would that be?",
        "Out of all your tools, which one is there to {wish}?",
        "I keep forgetting which tool to use when I have to {wish}. Remind me.",
        "You have several tools. With which one can I {wish}?",
        "Which tool belongs to this job: {wish}?",
        "If the task is to {wish}, what is the matching tool?",
        "Can any of your tools {wish}? Which one?",
        "Does one of your tools let me {wish}? If so, which?",
        "In your toolbox, what serves to {wish}?",
        "I'm writing about your tools. Which one do people need to {wish}?",
        "Not now, but some day I will have to {wish}. Which tool will do it?",
        "which tool for this: {wish}",
        "Quiz question: with which tool do you {wish}?",
        "Match a tool to the job: {wish}.",
    ),
)
THAT_TOOL = (
    "`{name}` does that. It takes {takes} and returns {returns}.",
    "Use `{name}`. {contrast}",
    "`{name}`: it takes {takes}. {contrast}",
    "That is what `{name}` is for: it returns {returns}.",
    "The tool for that is `{name}`. It returns {returns}.",
    "I would call `{name}`, because it returns {returns}.",
)
ABOUT_TOOL = (
    ("What does {name} return?", "`{name}` returns {returns}."),
    ("What is in the result of {name}?", "The result of `{name}` holds {returns}."),
    ("Which arguments does {name} take?", "`{name}` takes {takes}."),
    ("How is {name} called?", "`{name}` takes {takes} and returns {returns}."),
    ("What is {name} good for?", "With `{name}` you can {wish}. It returns {returns}."),
    ("Explain your tool {name} to me.", "`{name}` takes {takes} and returns {returns}. {contrast}"),
    ("When do you use {name}?", "I use `{name}` to {their_wish}. {contrast}"),
)


class Answer(NamedTuple):
    """One answer and the questions that it answers."""

    questions: tuple[str, ...]
    answer: str
    category: str = "direct_answers"


class About(NamedTuple):
    """What there is to say of a tool; `wishes` say what it is used for, as infinitives."""

    name: str
    takes: str
    returns: str
    contrast: str
    wishes: tuple[str, ...]


@cache
def answers_of(topic: str) -> tuple[Answer, ...]:
    """Return the answers of a topic, a file of the folder `answers`."""
    path = FOLDER / f"{topic}.toml"
    tables = tables_of(read_toml(path), "answer", path)
    return tuple(Answer(**frozen(table)) for table in tables)


@cache
def tools_to_explain() -> tuple[About, ...]:
    """Return what there is to say of each tool."""
    path = FOLDER / "tools.toml"
    tables = tables_of(read_toml(path), "tool", path)
    return tuple(About(**frozen(table)) for table in tables)


def asking(answers: Sequence[Answer], *, framed: bool = True) -> Callable[[Scene], Draft]:
    """Return what asks a question of one of the answers, in a frame or as it stands."""

    def make(scene: Scene) -> Draft:
        known = scene.pick(answers)
        question = scene.pick(known.questions)
        if question.endswith("?") and framed:
            question = scene.pick(BEFORE) + question + scene.pick(AFTER)
        return Ask(question), Say(known.answer)

    return make


def _from_me(wish: str) -> str:
    """Return a wish of the user as the assistant speaks of it."""
    return wish.replace("my ", "your ").replace("I do not", "you do not")


def which_tool(scene: Scene) -> tuple[str, str]:
    """Return a wish and the answer which tool fulfils it."""
    about = scene.pick(tools_to_explain())
    return scene.pick(about.wishes), scene.style.pick(THAT_TOOL).format(**about._asdict())


def tool_for_wish(scene: Scene) -> tuple[str, str]:
    """Return a wish as it is also fulfilled by calls, and the answer which tool fulfils it."""
    about = scene.pick(tools_to_explain())
    answer = scene.style.pick(THAT_TOOL).format(**about._asdict())
    return request(scene, about.name).say(scene, "wishes"), answer


def _naming(choose: Callable[[Scene], tuple[str, str]], scene: Scene) -> Draft:
    wish, answer = choose(scene)
    return Ask(scene.pick(WHICH_TOOL).format(wish=wish)), Say(answer)


def _about_tool(scene: Scene) -> Draft:
    about = scene.pick(tools_to_explain())
    question, answer = scene.pick(ABOUT_TOOL)
    wish = _from_me(scene.pick(about.wishes))
    facts = {**about._asdict(), "wish": wish, "their_wish": wish}
    question = scene.pick(BEFORE) + question.format(**facts) + scene.pick(AFTER)
    return Ask(question), Say(answer.format(**facts))


def _kinds() -> Iterator[Kind]:
    topics = (("python", 3.0), ("quality", 3.0), ("git", 2.0), ("tools", 1.0), ("talk", 1.0))
    for topic, weight in topics:
        make = asking(answers_of(topic), framed=topic != "talk")
        yield Kind(f"{topic}_question", "direct_answers", make, weight=weight)
    yield Kind("which_tool", "direct_answers", partial(_naming, which_tool), weight=1.5)
    yield Kind("tool_for_wish", "direct_answers", partial(_naming, tool_for_wish), weight=3.0)
    yield Kind("about_tool", "direct_answers", _about_tool, weight=0.8)
    # A kind each, so that one is asked as often as the other.
    essentials = [*answers_of("essentials_python"), *answers_of("essentials_tools")]
    for number, known in enumerate(essentials):
        weight = ESSENTIAL / len(essentials)
        yield Kind(f"essential_{number}", "direct_answers", asking((known,)), weight=weight)


KINDS = tuple(_kinds())
