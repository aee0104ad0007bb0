"""Joining queries about several tools that need nothing of each other, and their codes."""

from collections.abc import Mapping, Sequence

from .aspects import Aspect, own_name
from .scene import Scene
from .sentences import DO, SHOW, TELL, part_of, wrap
from .slots import Slots

PAIRS = (
    *("$1 and $2", "$1 and $2", "$1, and $2", "$1 and also $2", "$1, then $2", "$1, plus $2"),
    *("$1 as well as $2", "$1, and besides that $2", "$1 along with $2", "$1, and next to it $2"),
)
DO_PAIRS = (
    *("$1 and $2", "$1, then $2", "$1 and then $2", "$1 and also $2", "$1, and after that $2"),
    *("$1; also $2", "$1 - and $2", "$1, and while you are at it $2", "$1; then $2"),
)
TOGETHER = (
    *("In one go: {}.", "At once, please: {}.", "All at once: {}.", "Together: {}."),
    *("Without a second round: {}.", "In a single call: {}.", "I'm after this: {}."),
    *("My list: {}.", "The following: {}.", "All of this, please: {}.", "As one answer: {}."),
)
LISTED = ("Two things: {}.", "I need two things: {}.", "A pair of questions: {}.", *TOGETHER)
THREE = ("Three things: {}.", "I need three things: {}.", "Three points: {}.", *TOGETHER)
HEADS = {
    "do": ("Please:", "To do:", "In one call:", "Do these for me:", "My to-do list:"),
    "tell": ("Tell me:", "I need to know:", "In one go, find out:", "Questions:", "Find out:"),
    "show": ("I need:", "Show me:", "Print:", "On one page, please:", "I want to see:"),
}
BETWEEN = (" ", " ", " Also: ", " And: ", " Then: ", " Besides: ", " Apart from that: ", "\n")
SHARED = 0.5
# Tools that take a path to code, so that a second one may be about "it".
_OF_CODE = ("typecheck", "ruff_check", "document_symbols")


def _all_slots(
    scene: Scene, aspects: Sequence[Aspect]
) -> tuple[list[Slots], list[Mapping[str, object]]]:
    """Return for each aspect the values for its code and for what is said of it.

    Where two tools are about the same file, what is said of the later one may be "it".
    """
    values: list[Slots] = []
    said: list[Mapping[str, object]] = []
    known: str | None = None
    for aspect in aspects:
        made = aspect.slots(scene)
        spoken: Mapping[str, object] = made
        if aspect.tool in _OF_CODE:
            is_file = known is not None and known.endswith(".py")
            fits = is_file or aspect.subject == "code"
            if known is not None and fits and aspect.subject != "folder" and scene.chance(SHARED):
                made = aspect.slots(scene, path=known)
                pronouns = ("it", "it", "that file", "the same file") if is_file else ("it",)
                spoken = made.over(path=scene.pick(pronouns))
            known = str(made["path"])
        values.append(made)
        said.append(spoken)
    return values, said


def _common_form(scene: Scene, aspects: Sequence[Aspect]) -> str:
    forms = [form for form in ("tell", "show", "do") if all(getattr(a, form) for a in aspects)]
    return scene.pick(forms)


def joined_query(scene: Scene, aspects: Sequence[Aspect]) -> tuple[str, list[Slots]]:
    """Return one query about two or three aspects, and the values for the code of each."""
    values, said = _all_slots(scene, aspects)
    form = _common_form(scene, aspects)
    shape = scene.random.random()
    if shape < 0.22:
        forms = [scene.pick([f for f in ("do", "tell", "show") if getattr(a, f)]) for a in aspects]
        wraps = {"do": DO[:12], "tell": TELL[:8], "show": SHOW[:10]}
        sentences = [
            wrap(scene, wraps[used], part_of(scene, aspect, used, slots))
            for aspect, used, slots in zip(aspects, forms, said, strict=True)
        ]
        query = scene.pick(BETWEEN).join(sentences)
    else:
        parts = [
            part_of(scene, aspect, form, slots) for aspect, slots in zip(aspects, said, strict=True)
        ]
        query = _sentence(scene, form, parts)
    return query, values


def _sentence(scene: Scene, form: str, parts: list[str]) -> str:
    if scene.chance(0.2):
        mark = scene.pick(("; ", ", ", " / ")) if scene.chance(0.6) else "\n- "
        listed = mark.join(parts)
        if mark == "\n- ":
            return scene.pick(HEADS[form]) + "\n- " + listed
        forms = LISTED if len(parts) == 2 else THREE
        return scene.pick(forms).format(listed)
    if len(parts) == 3:
        first, second, third = parts
        together = scene.pick((f"{first}, {second} and {third}", f"{first}, {second}, and {third}"))
        if form == "do":
            together = scene.pick((together, f"{first}, {second}, then {third}"))
    else:
        shape = scene.pick(DO_PAIRS if form == "do" else PAIRS)
        together = shape.replace("$1", parts[0]).replace("$2", parts[1])
    if form == "do" and len(parts) == 2 and scene.chance(0.2):
        return f"First {parts[0]}, then {parts[1]}."
    return wrap(scene, {"do": DO, "tell": TELL, "show": SHOW}[form], together)


def _hide_each_other(aspects: Sequence[Aspect], shown: Sequence[str]) -> bool:
    """Whether lines that show one result give the name of another one to a value of their own."""
    names = {own_name(aspect.tool) for aspect in aspects}
    return any(
        f"{name} = " in lines
        for aspect, lines in zip(aspects, shown, strict=True)
        for name in names - {own_name(aspect.tool)}
    )


def joined_code(scene: Scene, aspects: Sequence[Aspect], values: Sequence[Slots]) -> str:
    """Return code that answers every aspect, one after the other or all calls first."""
    calls, shown = [], []
    for aspect, slots in zip(aspects, values, strict=True):
        call, lines = aspect.lines(slots, own_name(aspect.tool), short=True)
        calls.append(call)
        shown.append(lines)
    if scene.style.chance(0.35) and not _hide_each_other(aspects, shown):
        return "\n".join([call for call in calls if call] + shown)
    pieces = [
        f"{call}\n{lines}" if call else lines for call, lines in zip(calls, shown, strict=True)
    ]
    return "\n".join(pieces)
