"""Making queries of parts of sentences."""

from collections.abc import Mapping
from string import Template

from fixtures.toml_files import read_toml

from .aspects import Aspect
from .scene import Scene
from .slots import Slots
from .vocabulary import FOLDER, frozen, together

_FRAMES: dict[str, tuple[str, ...]] = frozen(read_toml(FOLDER / "frames.toml"))
DO, TELL, ASKED = _FRAMES["do"], _FRAMES["tell"], _FRAMES["asked"]
SHOW, BEFORE, AFTER = _FRAMES["show"], _FRAMES["before"], _FRAMES["after"]
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
# How often a query has a remark before or after it; the second where there is one style.
FRAMED, MOSTLY_FRAMED = 0.1, 0.25
HASTY = 0.05


def capital(text: str) -> str:
    """Return text with its first letter made large, unless it begins with a path or a symbol."""
    first = text.split(maxsplit=1)[0] if text else ""
    spoken = first.strip(",.:?").isalpha() and first.islower()
    return text[:1].upper() + text[1:] if spoken else text


def wrap(scene: Scene, forms: tuple[str, ...], part: str) -> str:
    """Return a part of a sentence inside one of the forms."""
    if forms is TELL and part.split()[0] in QUESTION_WORDS:
        forms = together(TELL, ASKED)
    return Template(scene.pick(forms)).substitute(it=part, It=capital(part))


def framed(scene: Scene, text: str) -> str:
    """Return a query, now and then with a remark before or after it, or typed in a hurry."""
    if scene.chance(MOSTLY_FRAMED if scene.one_style else FRAMED):
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
