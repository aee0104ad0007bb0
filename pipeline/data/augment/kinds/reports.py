"""Several tools in one call whose results meet: in two or three figures, or in a file."""

from functools import partial
from itertools import combinations
from string import Template

from fixtures.toml_files import read_toml

from ..aspects import aspects_of, own_name
from ..crossing import Figure, Listing, figures, listings, texts
from ..example import Ask, Code, Draft
from ..kind import Kind
from ..scene import Scene
from ..sentences import DO, SHOW, capital, framed, wrap
from ..slots import Slots
from ..vocabulary import frozen
from .requests import PHRASES

# How much of the category each way of bringing results together has, in percent.
SAVED_LISTS, SAVED_FIGURES, SHOWN_FIGURES = 9, 7, 5

FORMS: dict[str, tuple[str, ...]] = frozen(read_toml(PHRASES / "reports.toml"))
SAVE, BULLETS, TWO_LINES = FORMS["save"], FORMS["bullets"], FORMS["two_lines"]
SAVE_LINES = (*SAVE, *FORMS["save_lines"])
CHECKBOX = "checkbox"


def _call(part: Figure | Listing, slots: Slots) -> str:
    """Return the line that calls the tool of a part."""
    call = part.call or aspects_of(part.tool)[0].called(slots.scene)
    return f"{own_name(part.tool)} = {Template(call).substitute(slots)}"


def _filled(template: str, part: Figure | Listing, slots: Slots) -> str:
    return Template(template).substitute(slots.over(r=own_name(part.tool)))


def _slots(tool: str, scene: Scene, **given: object) -> Slots:
    if tool.startswith("git_"):
        given["path"] = "."
    return Slots(scene, "code" if tool in ("typecheck", "ruff_check") else "file", given)


def _saved_list(part: Listing, scene: Scene) -> Draft:
    slots = _slots(part.tool, scene)
    it, report = _filled(scene.pick(part.say), part, slots), str(slots["report"])
    bullets = scene.chance(0.35)
    form = scene.pick(BULLETS if bullets else SAVE_LINES)
    query = wrap(scene, DO, form.format(it=it, file=report))
    item = part.item
    if bullets:
        mark = "- [ ] " if CHECKBOX in form else "- "
        item = item.replace('f"', f'f"{mark}') if item.startswith('f"') else f'f"{mark}{{{item}}}"'
    item, loop = _filled(item, part, slots), _filled(part.loop, part, slots)
    ending = scene.style.pick(("", "", ' + "\\n"'))
    finish = f'write_file("{report}", "\\n".join(lines){ending})'
    done = scene.style.pick(
        (f"print({finish})", f'{finish}\nprint(f"{{len(lines)}} lines written")')
    )
    return Ask(framed(scene, query)), Code(f"{_call(part, slots)}\nlines = [{item} {loop}]\n{done}")


def _saved_text(part: Figure, scene: Scene) -> Draft:
    slots = Slots(scene, "text" if part.tool == "read_file" else "file", {})
    it, report = _filled(scene.pick(part.say), part, slots), str(slots["report"])
    query = wrap(scene, DO, scene.pick(SAVE).format(it=it, file=report))
    value = _filled(part.value, part, slots)
    code = f'{_call(part, slots)}\nprint(write_file("{report}", {value}))'
    return Ask(framed(scene, query)), Code(code)


def _told(scene: Scene, parts: tuple[Figure, ...]) -> tuple[list[str], list[Slots]]:
    """Return what some figures are called, and the values for the code of each.

    Where a later one is about the same path, it may be called the one "there".
    """
    said: list[str] = []
    values: list[Slots] = []
    known = None
    form = scene.number(0, 1)
    for part in parts:
        slots = _slots(part.tool, scene)
        say = part.say[form]
        if part.tool in ("typecheck", "ruff_check"):
            if known is not None and scene.chance(0.6):
                slots = _slots(part.tool, scene, path=known)
                say = say.replace(" in $path", " there").replace("$path has", "it has")
                say = say.replace("$path", "it")
            known = known or slots["path"]
        said.append(_filled(say, part, slots))
        values.append(slots)
    return said, values


def _listed(scene: Scene, said: list[str]) -> str:
    if len(said) == 2:
        return scene.pick((f"{said[0]} and {said[1]}", f"{said[0]}, and {said[1]}"))
    return f"{', '.join(said[:-1])} and {said[-1]}"


def _in_order(scene: Scene, parts: tuple[Figure, ...]) -> tuple[Figure, ...]:
    return tuple(scene.some(parts, len(parts)))


def _labelled(part: Figure, slots: Slots) -> str:
    label, value = _filled(part.label, part, slots), _filled(part.value, part, slots)
    return f'f"{label}: {{{value}}}"'


def _pick_figures(scene: Scene, tools: tuple[str, ...]) -> tuple[Figure, ...]:
    chosen = [scene.pick([part for part in figures() if part.tool == tool]) for tool in tools]
    return _in_order(scene, tuple(chosen))


def _saved_figures(tools: tuple[str, ...], scene: Scene) -> Draft:
    parts = _pick_figures(scene, tools)
    said, values = _told(scene, parts)
    report = scene.report()
    forms = (*TWO_LINES, *SAVE) if len(parts) == 2 else SAVE
    told = {"one": said[0], "other": said[1]}
    query = wrap(scene, DO, scene.pick(forms).format(it=_listed(scene, said), file=report, **told))
    calls = [_call(part, slots) for part, slots in zip(parts, values, strict=True)]
    lines = [_labelled(part, slots) for part, slots in zip(parts, values, strict=True)]
    joined = f"lines = [{', '.join(lines)}]"
    if len(joined) > 100:
        joined = "lines = [\n    " + ",\n    ".join(lines) + ",\n]"
    finish = f'write_file("{report}", "\\n".join(lines))'
    done = scene.style.pick((f"print({finish})", f'{finish}\nprint("written")'))
    return Ask(framed(scene, query)), Code("\n".join([*calls, joined, done]))


def _shown_figures(tools: tuple[str, ...], scene: Scene) -> Draft:
    parts = _pick_figures(scene, tools)
    said, values = _told(scene, parts)
    listed = _listed(scene, said)
    query = capital(scene.pick(FORMS["shown"]).format(it=listed))
    if said[0].startswith("the") and scene.chance(0.4):
        query = wrap(scene, SHOW, listed)
    calls = [_call(part, slots) for part, slots in zip(parts, values, strict=True)]
    prints = [f"print({_labelled(part, slots)})" for part, slots in zip(parts, values, strict=True)]
    if scene.style.chance(0.3):
        shown = ", ".join(
            _filled(part.value, part, slots) for part, slots in zip(parts, values, strict=True)
        )
        prints = [f"print({shown})"]
    return Ask(framed(scene, query)), Code("\n".join([*calls, *prints]))


def _kinds() -> tuple[Kind, ...]:
    category = "cross_tool"
    lists = [
        Kind(f"saved_list_{number}_{part.tool}", category, partial(_saved_list, part))
        for number, part in enumerate(listings())
    ]
    saved_texts = [
        Kind(f"saved_text_{part.tool}", category, partial(_saved_text, part)) for part in texts()
    ]
    tools = tuple(dict.fromkeys(part.tool for part in figures()))
    checks = {"typecheck", "ruff_check", "pytest_run", "git_status", "git_diff"}
    several: list[tuple[str, ...]] = [*combinations(tools, 2)]
    several += [three for three in combinations(tools, 3) if checks.issuperset(three)]
    saved = [
        Kind(f"saved_{'_'.join(some)}", category, partial(_saved_figures, some), some)
        for some in several
    ]
    shown = [
        Kind(f"shown_{'_'.join(some)}", category, partial(_shown_figures, some), some)
        for some in several
    ]

    def shared(weight: float, kinds: list[Kind], *, writes: bool) -> list[Kind]:
        return [
            Kind(
                kind.name,
                category,
                kind.make,
                (*kind.tools, "write_file") if writes else kind.tools,
                weight / len(kinds),
            )
            for kind in kinds
        ]

    return (
        *shared(SAVED_LISTS, [*lists, *saved_texts], writes=True),
        *shared(SAVED_FIGURES, saved, writes=True),
        *shared(SHOWN_FIGURES, shown, writes=False),
    )


KINDS = _kinds()
