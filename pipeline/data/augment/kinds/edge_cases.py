"""Requests in odd words, or about odd things, that a tool must answer all the same."""

from functools import cache, partial
from typing import Any

from fixtures.toml_files import read_toml

from ..example import Ask, Code, Draft
from ..kind import Kind
from ..scene import Scene
from ..vocabulary import frozen
from .requests import PHRASES, Request, request
from .showing import call, showing

TOOLS_ASKED_FOR = (
    *("typecheck", "ruff_check", "pytest_run", "pytest_run", "git_status", "git_diff", "git_log"),
    *("document_symbols", "workspace_symbols", "read_file", "goto_definition", "find_references"),
    *("hover", "run_command"),
)
SLIP_SHARE = 0.6
SHORTEST_SLIP = 3
# Codes that also say so when nothing is found.
GONE = (
    'result = {call}\nif result.symbol_count == 0:\n    print("nothing found")\n'
    "for symbol in result.symbols:\n    print(symbol.name, symbol.file, symbol.line)",
    "found = {call}\nprint(found.symbol_count)\nfor symbol in found.symbols:\n"
    '    print(f"{symbol.name} {symbol.file}:{symbol.line}")',
    "symbols = {call}.symbols\nif symbols:\n    for symbol in symbols:\n"
    '        print(symbol.file, symbol.line)\nelse:\n    print("not found")',
    'result = {call}\nprint([(s.name, s.file) for s in result.symbols] or "gone")',
)


@cache
def edges() -> dict[str, Any]:
    """Return the phrases of edges.toml."""
    return frozen(read_toml(PHRASES / "edges.toml"))


def _draft(scene: Scene, text: str, asked: Request) -> Draft:
    return Ask(text), Code(showing(scene, asked.tool, asked.arguments))


def _is_name(word: str, asked: Request) -> bool:
    """Whether a word of a request belongs to a path, a symbol or a command."""
    bare = word.strip(".,;:!?()`'\"")
    names = " ".join(map(str, asked.arguments.values())).split(" ")
    return not bare.isalpha() or bare in names


def slip(scene: Scene, word: str) -> str:
    """Return a word with one slip of the fingers: two letters swapped, one lost or doubled."""
    at = scene.number(0, len(word) - 2)
    first, second = word[at], word[at + 1]
    swapped, lost, doubled = second + first, second, first + first + second
    return word[:at] + scene.pick((swapped, swapped, lost, doubled)) + word[at + 2 :]


def _hurried(scene: Scene) -> Draft:
    asked = request(scene, scene.pick(TOOLS_ASKED_FOR))
    words = []
    for word in asked.say(scene, "wishes").split(" "):
        slips = not _is_name(word, asked) and len(word) >= SHORTEST_SLIP
        words.append(slip(scene, word) if slips and scene.chance(SLIP_SHARE) else word)
    before, after = scene.pick(edges()["before_hurried"]), scene.pick(edges()["after_hurried"])
    return _draft(scene, before + " ".join(words) + after, asked)


def _shouted(scene: Scene) -> Draft:
    asked = request(scene, scene.pick(TOOLS_ASKED_FOR))
    text = asked.say(scene, scene.pick(("wishes", "questions")))
    words = [word if _is_name(word, asked) else word.upper() for word in text.split(" ")]
    text = " ".join(words).rstrip(".?!")
    return _draft(scene, text + scene.pick(("", "!", "!!!", " NOW", " PLEASE")), asked)


def _long_winded(scene: Scene) -> Draft:
    asked = request(scene, scene.pick(TOOLS_ASKED_FOR))
    told = scene.some(edges()["stories"], scene.number(1, 2))
    end = scene.pick(edges()["story_ends"]).format(wish=asked.say(scene, "wishes"))
    return _draft(scene, " ".join((*told, end)), asked)


def _bare(scene: Scene) -> Draft:
    asked = request(scene, scene.pick(TOOLS_ASKED_FOR))
    wish = asked.say(scene, "wishes")
    if scene.chance(0.5) and asked.tool != "run_command":
        path = asked.facts.get("path", ".")
        wish = wish.replace(path, f"`{path}`") if path != "." else wish
    text = scene.pick(edges()["bare"]).format(wish=wish)
    return _draft(scene, text, asked)


def _perhaps_gone(scene: Scene) -> Draft:
    asked = request(scene, "workspace_symbols")
    code = scene.style.pick(GONE).replace("{call}", call(scene, asked.tool, asked.arguments))
    return Ask(scene.say(edges()["perhaps_gone"], **asked.facts)), Code(code)


def _perhaps_no_file(scene: Scene) -> Draft:
    asked = request(scene, "read_file")
    return _draft(scene, scene.say(edges()["perhaps_no_file"], **asked.facts), asked)


def _spaced(scene: Scene) -> Draft:
    name = scene.say(edges()["spaced_names"])
    folder = scene.pick((*scene.words.spaced_folders, "docs", "My Files", "docs/Old Stuff"))
    path = f"{folder}/{name[0].upper()}{name[1:]}"
    asked = Request("read_file", "read_file", {"path": path}, {"path": path})
    return _draft(scene, scene.say(edges()["spaced"], path=path), asked)


def _worded(sort: str, scene: Scene) -> Draft:
    entry = scene.pick(edges()[sort])
    asked = request(scene, entry["tool"])
    while asked.voice != asked.tool:
        asked = request(scene, entry["tool"])
    return _draft(scene, scene.say(entry["texts"], **asked.facts), asked)


KINDS = (
    Kind("hurried_request", "edge_cases", _hurried, weight=1.2),
    Kind("shouted_request", "edge_cases", _shouted, weight=0.5),
    Kind("long_winded_request", "edge_cases", _long_winded, weight=0.8),
    Kind("bare_request", "edge_cases", _bare, weight=0.5),
    Kind("perhaps_gone", "edge_cases", _perhaps_gone, ("workspace_symbols",), 0.7),
    Kind("perhaps_no_file", "edge_cases", _perhaps_no_file, ("read_file",), 0.4),
    Kind("spaced_path", "edge_cases", _spaced, ("read_file",), 0.7),
    Kind("negated_request", "edge_cases", partial(_worded, "negated"), weight=0.8),
    Kind("foreign_request", "edge_cases", partial(_worded, "foreign"), weight=0.5),
)
