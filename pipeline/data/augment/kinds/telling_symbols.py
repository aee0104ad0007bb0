"""Telling what the language server says."""

from collections.abc import Iterable, Sequence

from fixtures.results import (
    DocumentSymbolsResult,
    FindReferencesResult,
    GotoDefinitionResult,
    HoverResult,
    SymbolInfo,
    WorkspaceSymbolsResult,
)

from ...counting import counted
from ..scene import Scene
from .words import joined, listed

KIND_NAMES = {5: "class", 6: "method", 12: "function", 13: "variable", 14: "constant"}


def _by_file(places: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for file, line in places:
        found.setdefault(file, []).append(line)
    return found


def _lines(lines: Sequence[int]) -> str:
    return f"line{'s' if len(lines) > 1 else ''} {joined([str(line) for line in lines])}"


def goto_definition_told(scene: Scene, result: GotoDefinitionResult, symbol: str) -> str:
    """Tell the file and the line of a definition."""
    if not result.locations:
        return scene.say(
            (
                "No definition of {symbol} was found.",
                "{symbol} could not be found: there is no definition of it.",
            ),
            symbol=symbol,
        )
    location = result.locations[0]
    return scene.say(
        (
            "{symbol} is defined in {file}, line {line}.",
            "{symbol} is defined in {file} on line {line}: `{preview}`",
            "The definition of {symbol} is at {file}:{line}.",
            "{file}, line {line}: there {symbol} is defined as `{preview}`",
        ),
        symbol=symbol,
        file=location.file,
        line=location.line,
        preview=location.preview,
    )


def find_references_told(scene: Scene, result: FindReferencesResult, symbol: str) -> str:
    """Tell how many uses there are, in which files and on which lines."""
    if not result.references:
        return scene.say(
            (
                "{symbol} is not used anywhere: 0 references.",
                "Nothing uses {symbol}, there are 0 references.",
            ),
            symbol=symbol,
        )
    files = _by_file((use.file, use.line) for use in result.references)
    head = scene.say(
        (
            "{symbol} is used in {places} across {files}",
            "There are {uses} of {symbol} in {files}",
            "{uses} of {symbol}, in {files}",
        ),
        symbol=symbol,
        places=counted(result.reference_count, "place"),
        uses=counted(result.reference_count, "use"),
        files=counted(len(files), "file"),
    )
    form = scene.pick(("{file} ({lines})", "{file}, {lines}"))
    items = [form.format(file=file, lines=_lines(lines)) for file, lines in files.items()]
    return listed(scene, head, items)


def hover_told(scene: Scene, result: HoverResult, symbol: str) -> str:
    """Tell the type or signature of a symbol and what its documentation says."""
    if not result.content:
        return scene.say(
            (
                "Hover shows nothing for {symbol}.",
                "There is no hover text for {symbol} at this position.",
            ),
            symbol=symbol,
        )
    head, _, document = result.content.partition("\n\n")
    kind, _, declared = head.removeprefix("(").partition(") ")
    if kind == "variable":
        name, _, type_name = declared.partition(": ")
        return scene.say(
            (
                "{name} is a variable of type `{type_name}`. {document}",
                "The type of {name} is `{type_name}`. {document}",
                "It is a `{type_name}`. {document}",
                "`{declared}`. {document}",
            ),
            name=name,
            type_name=type_name,
            declared=declared,
            document=document,
        )
    return scene.say(
        (
            "{symbol} is a {kind}: `{declared}`. {document}",
            "It is a {kind}, `{declared}`. {document}",
            "The signature is `{declared}`. Its documentation says: {document}",
            "`{declared}`. {document}",
        ),
        symbol=symbol,
        kind=kind,
        declared=declared,
        document=document,
    )


def _symbol(symbol: SymbolInfo) -> str:
    span = (
        f"lines {symbol.line} to {symbol.end_line}"
        if symbol.end_line > symbol.line
        else f"line {symbol.line}"
    )
    told = f"{KIND_NAMES.get(symbol.kind, 'symbol')} {symbol.name} ({span})"
    if symbol.children:
        names = joined([child.name for child in symbol.children])
        told += f" with {'method' if len(symbol.children) == 1 else 'methods'} {names}"
    return told


def document_symbols_told(scene: Scene, result: DocumentSymbolsResult, file_path: str) -> str:
    """Tell which symbols a file defines, and on which lines."""
    if not result.symbols:
        return f"{file_path} defines no symbols."
    head = scene.say(
        ("{path} has {count}", "{path} defines {count}", "I see {count} in {path}"),
        path=file_path,
        count=counted(result.symbol_count, "symbol"),
    )
    return listed(scene, head, [_symbol(symbol) for symbol in result.symbols])


def workspace_symbols_told(scene: Scene, result: WorkspaceSymbolsResult, query: str) -> str:
    """Tell which symbols match, and where they are."""
    if not result.symbols:
        return scene.say(
            (
                "Nothing named {query} exists in the workspace.",
                "The search for {query} found no symbols.",
                "No, there is no symbol {query} in the project: 0 matches.",
            ),
            query=query,
        )
    form = scene.pick(
        ("{kind} {name} in {file}, line {line}", "{name} ({file}:{line})", "{name} in {file}")
    )
    items = [
        form.format(
            kind=KIND_NAMES.get(found.kind, "symbol"),
            name=found.name,
            file=found.file,
            line=found.line,
        )
        for found in result.symbols
    ]
    if len(items) == 1 and scene.chance(0.5):
        found = result.symbols[0]
        return f"{found.name} is in {found.file}, line {found.line}."
    head = scene.say(
        ("{count} for {query}", "The search for {query} found {count}", "There is {count}"),
        count=counted(result.symbol_count, "match", "matches"),
        query=query,
    )
    return listed(scene, head.replace("There is", "There are") if len(items) > 1 else head, items)
