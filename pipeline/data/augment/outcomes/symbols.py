"""What the language server tells of the symbols in a scene."""

from typing import TYPE_CHECKING

from fixtures.results import (
    DocumentSymbolsResult,
    SymbolInfo,
    WorkspaceSymbol,
    WorkspaceSymbolsResult,
)

from .request import Request

if TYPE_CHECKING:
    from ..scene import Scene

# Numbers of the language server protocol.
CLASS, METHOD, FUNCTION, VARIABLE, CONSTANT = 5, 6, 12, 13, 14


def document_symbols(scene: "Scene", request: Request) -> DocumentSymbolsResult:
    """Return what document_symbols returns."""
    symbols: list[SymbolInfo] = []
    line = scene.number(3, 20)
    for _ in range(request.length(scene, 5)):
        kind = scene.pick((CLASS, CLASS, FUNCTION, FUNCTION, VARIABLE, CONSTANT))
        makers = {
            CLASS: scene.class_name,
            FUNCTION: scene.function,
            VARIABLE: scene.variable,
            CONSTANT: scene.constant,
        }
        start, children = line, []
        if kind == CLASS:
            for _ in range(scene.number(1, 4)):
                line += scene.number(2, 4)
                end = line + scene.number(1, 18)
                child = SymbolInfo(name=scene.function(), kind=METHOD, line=line, end_line=end)
                children.append(child)
                line = end
        elif kind == FUNCTION:
            line += scene.number(2, 40)
        symbol = SymbolInfo(
            name=makers[kind](), kind=kind, line=start, end_line=line, children=children
        )
        symbols.append(symbol)
        line += scene.number(2, 4)
    count = len(symbols) + sum(len(symbol.children) for symbol in symbols)
    return DocumentSymbolsResult(
        file_path=request.text("file_path"), symbols=symbols, symbol_count=count
    )


def workspace_symbols(scene: "Scene", request: Request) -> WorkspaceSymbolsResult:
    """Return what workspace_symbols returns."""
    query = request.text("query")
    symbols = []
    bare = query.strip("*_ ")
    capital = bare[:1].isupper()
    for number in range(request.length(scene, 4)):
        before, after = scene.adjective(), scene.noun()
        if number == 0:
            name = bare
        elif capital:
            name = scene.pick((before.title() + bare, bare + after.title()))
        else:
            name = scene.pick((f"{before}_{bare}", f"{bare}_{after}"))
        kind = scene.pick((FUNCTION, FUNCTION, METHOD, VARIABLE))
        if capital:
            kind = CONSTANT if bare.isupper() else CLASS
        file = scene.path()
        symbol = WorkspaceSymbol(
            name=name,
            kind=kind,
            file=file,
            line=scene.line(),
            container_name=file.removesuffix(".py").split("/", 1)[-1].replace("/", "."),
        )
        symbols.append(symbol)
    return WorkspaceSymbolsResult(query=query, symbols=symbols, symbol_count=len(symbols))
