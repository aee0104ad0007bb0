"""Several tools in one call."""

from functools import partial
from itertools import combinations
from string import Template

from fixtures import TOOLS

from ..aspects import Aspect, aspects_of
from ..crossing import Flow, Sink, Source, flows, sinks, sources
from ..example import Ask, Code, Draft
from ..joining import joined_code, joined_query
from ..kind import Kind
from ..scene import Scene
from ..sentences import DO, TELL, capital, framed, wrap
from ..slots import Slots

# How much of the category each way of crossing tools has, in percent.
FLOWS, PIPES, PAIRS, TRIPLES = 22, 32, 17, 8
PROGRAMS = (
    *("ruff format", "ruff check --fix", "black", "isort", "wc -l", "head -n 5", "chmod 644"),
    *("pyupgrade", "docformatter --check", "file", "stat", "sha256sum", "git blame -s", "ls -l"),
)


def flow_draft(flow: Flow, scene: Scene) -> Draft:
    """Return a query of a flow and the code that answers it."""
    slots = Slots(scene, flow.subject, {})
    ask, code = scene.pick(flow.ask), scene.style.pick(flow.code).strip("\n")
    code = code.replace("$source", "$config" if "$config" in ask else "$document")
    if "$count" in code and "$count" not in ask:
        code = code.replace(", count=$count", "")
    if "--verbose" in ask:
        code = code.replace('bash $script"', 'bash $script --verbose"')
    query = framed(scene, Template(ask).substitute(slots))
    return Ask(query), Code(Template(code).substitute(slots))


def _indented(code: str, shape: str) -> str:
    """Return a shape with code in the place of its `$body`, each line as deep as that stands."""
    line = next(line for line in shape.split("\n") if line.strip() == "$body")
    margin = line[: -len("$body")]
    body = "\n".join(margin + inner for inner in code.split("\n"))
    return shape.replace(line, body)


def _pipe(source: Source, sink: Sink, scene: Scene) -> Draft:
    slots = Slots(scene, "file", {"program": scene.pick(PROGRAMS)})

    def told(forms: tuple[str, ...], **more: str) -> str:
        return Template(Template(scene.pick(forms)).safe_substitute(more)).substitute(slots)

    each = told(source.each)
    them = "it" if source.single else scene.pick(("them", "each of them", "them"))
    shape = scene.random.random()
    if shape < 0.3:
        query = wrap(scene, DO, told(sink.do, them=each))
    elif shape < 0.45:
        one = source.for_each
        query = f"For {told(one if not source.single else source.each)}, {told(sink.per)}."
    elif shape < 0.65:
        joint = scene.pick((" and ", ", then ", " and then ", "; then "))
        query = f"{told(source.find)}{joint}{told(sink.do, them=them)}"
        query = wrap(scene, DO[:12], query) if scene.chance(0.4) else f"{capital(query)}."
    elif shape < 0.85 or not sink.ask:
        query = f"{told(source.which)}? {capital(told(sink.do, them=them))}."
    else:
        query = wrap(scene, TELL, told(sink.ask, them=each))
    body = scene.style.pick(sink.code).strip("\n").replace("{$file}", "{" + source.file + "}")
    body = body.replace("$file", source.file)
    if "$count" in body and "count" not in slots.made:
        body = body.replace(", count=$count", "")
    code = _indented(body, scene.style.pick(source.code).strip("\n"))
    return Ask(framed(scene, query)), Code(Template(code).substitute(slots))


def _joined(tools: tuple[str, ...], scene: Scene) -> Draft:
    ordered = scene.some(tools, len(tools))
    aspects: list[Aspect] = []
    for tool in ordered:
        choices = [aspect for aspect in aspects_of(tool) if aspect.do]
        weights = [3.0 if aspect.broad else aspect.weight for aspect in choices]
        aspects.append(scene.random.choices(choices, weights)[0])
    query, slots = joined_query(scene, aspects)
    return Ask(framed(scene, query)), Code(joined_code(scene, aspects, slots))


def _shared(weight: float, kinds: list[Kind]) -> list[Kind]:
    return [
        Kind(kind.name, kind.category, kind.make, kind.tools, weight / len(kinds)) for kind in kinds
    ]


def _kinds() -> tuple[Kind, ...]:
    category = "cross_tool"
    by_hand = [
        Kind(f"flow_{flow.name}", category, partial(flow_draft, flow), flow.tools)
        for flow in flows()
    ]
    pipes = [
        Kind(
            f"pipe_{source.name}_{sink.name}",
            category,
            partial(_pipe, source, sink),
            (source.tool, sink.tool),
        )
        for source in sources()
        for sink in sinks()
        if source.tool != sink.tool
    ]
    pairs = [
        Kind(f"pair_{first}_{second}", category, partial(_joined, (first, second)), (first, second))
        for first, second in combinations(TOOLS, 2)
    ]
    checks = ("typecheck", "ruff_check", "pytest_run", "git_status", "git_diff", "git_log")
    triples = [
        Kind(f"triple_{'_'.join(tools)}", category, partial(_joined, tools), tools)
        for tools in combinations(TOOLS, 3)
        if sum(tool in checks for tool in tools) >= 2
    ]
    return (
        *_shared(FLOWS, by_hand),
        *_shared(PIPES, pipes),
        *_shared(PAIRS, pairs),
        *_shared(TRIPLES, triples),
    )


KINDS = _kinds()
