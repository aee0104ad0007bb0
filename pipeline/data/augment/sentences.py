"""Making queries of parts of sentences."""

from collections.abc import Mapping
from string import Template

from .aspects import Aspect
from .scene import Scene
from .slots import Slots

# Around "type check src/x.py".
DO = (
    "Please $it.",
    "Can you $it?",
    "Could you $it?",
    "Could you please $it?",
    "$It.",
    "$It, please.",
    "$It for me.",
    "I need you to $it.",
    "I'd like you to $it.",
    "Would you $it?",
    "Go ahead and $it.",
    "$It now.",
    "Time to $it.",
    "Can you $it for me?",
    "Let's $it.",
    "I want you to $it.",
    "Just $it.",
    "Now $it.",
    "pls $it",
    "We should $it.",
    "$It so that I can go on.",
    "$It before I go on.",
    "Hey, $it.",
    "Quickly $it.",
    "Next: $it.",
    "I'd be glad if you could $it.",
)
# Around "how many type errors src/x.py has".
TELL = (
    "Tell me $it.",
    "Please tell me $it.",
    "I want to know $it.",
    "I'd like to know $it.",
    "Can you tell me $it?",
    "Could you find out $it?",
    "Find out $it.",
    "Do you know $it?",
    "Check $it.",
    "I need to know $it.",
    "Say $it.",
    "Let me know $it.",
    "Could you check $it?",
    "Report $it.",
    "It would help to know $it.",
    "Look up $it.",
)
# The same, where it begins with a question word.
ASKED = (
    "I wonder $it.",
    "Any idea $it?",
    "My question is $it.",
    "Help me see $it.",
    "Remind me $it.",
)
QUESTION_WORDS = (
    "whether",
    "if",
    "how",
    "what",
    "which",
    "where",
    "who",
    "why",
    "when",
    "on",
    "at",
)
# Around "the type errors in src/x.py".
SHOW = (
    "Show me $it.",
    "Show $it.",
    "Please show me $it.",
    "Give me $it.",
    "I'd like to see $it.",
    "Can I see $it?",
    "Print $it.",
    "$It, please.",
    "Let me see $it.",
    "I need $it.",
    "Could you print $it?",
    "Can you show me $it?",
    "Display $it.",
    "I want to see $it.",
    "Get me $it.",
    "Fetch $it.",
    "Report $it.",
    "$It?",
    "Could I have $it?",
    "I'm after $it.",
)
BEFORE = (
    "Before I push: ",
    "Quick one: ",
    "I'm about to commit. ",
    "For the review: ",
    "One thing: ",
    "Small request. ",
    "New here. ",
    "I'm preparing a release. ",
    "For my notes: ",
    "Hi! ",
    "Good morning. ",
    "I'm cleaning up. ",
    "For the stand-up: ",
    "I'm debugging something. ",
    "OK, ",
    "Next question. ",
)
AFTER = (
    " Thanks.",
    " Thank you!",
    " Nothing else.",
    " Keep it short.",
    " That's all I need.",
    " Be brief.",
    " I'm in a hurry.",
    " No explanations, please.",
    " The plain result is fine.",
    " It's for a review.",
    " I'll take it from there.",
)
FRAMED = 0.1
HASTY = 0.05


def capital(text: str) -> str:
    """Return text with its first letter made large, unless it begins with a path or a symbol."""
    first = text.split(maxsplit=1)[0] if text else ""
    spoken = first.strip(",.:?").isalpha() and first.islower()
    return text[:1].upper() + text[1:] if spoken else text


def wrap(scene: Scene, forms: tuple[str, ...], part: str) -> str:
    """Return a part of a sentence inside one of the forms."""
    if forms is TELL and part.split()[0] in QUESTION_WORDS:
        forms = (*TELL, *ASKED)
    return Template(scene.pick(forms)).substitute(it=part, It=capital(part))


def framed(scene: Scene, text: str) -> str:
    """Return a query, now and then with a remark before or after it, or typed in a hurry."""
    if scene.chance(FRAMED):
        if scene.chance(0.5):
            first, *rest = text.split(" ", 1)
            small = first.lower() if first[1:].islower() and first.isalpha() else first
            before = scene.pick(BEFORE)
            begin = small if before.rstrip()[-1] in ":," else first
            return before + " ".join([begin, *rest])
        if text[-1] in ".?!":
            return text + scene.pick(AFTER)
    if scene.chance(HASTY) and text[-1] in ".?" and text[-2] != " " and ". " not in text:
        first, *rest = text.split(" ", 1)
        small = first.lower() if first[1:].islower() and first.isalpha() else first
        return " ".join([small, *rest])[:-1]
    return text


def part_of(scene: Scene, aspect: Aspect, form: str, values: Mapping[str, object]) -> str:
    """Return a part of a sentence about an aspect: `form` is do, tell or show."""
    parts: tuple[str, ...] = getattr(aspect, form)
    return Template(scene.pick(parts)).substitute(values)


def query_about(aspect: Aspect, slots: Slots) -> str:
    """Return a whole query about an aspect."""
    scene = slots.scene
    whole = len(aspect.ask) / (len(aspect.ask) + 6)
    if scene.chance(whole):
        return framed(scene, Template(scene.pick(aspect.ask)).substitute(slots))
    forms = {"do": DO, "tell": TELL, "show": SHOW}
    form = scene.pick([name for name in forms if getattr(aspect, name)])
    return framed(scene, wrap(scene, forms[form], part_of(scene, aspect, form, slots)))
