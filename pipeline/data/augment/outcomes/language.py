"""What the language server tells of a position in a scene."""

from typing import TYPE_CHECKING

from fixtures.results import (
    DefinitionLocation,
    FindReferencesResult,
    GotoDefinitionResult,
    HoverResult,
    ReferenceLocation,
)

from .request import Request, message

if TYPE_CHECKING:
    from ..scene import Scene


def _declaration(scene: "Scene", symbol: str) -> str:
    if symbol.isupper():
        return f"{symbol} = {scene.number()}"
    if symbol.strip("_")[:1].isupper():
        return f"class {symbol}:"
    if scene.chance(0.8):
        return f"def {symbol}({scene.variable()}: {scene.type()}) -> {scene.type()}:"
    return f"{symbol}: {scene.type()} = {scene.function()}()"


def _use(scene: "Scene", symbol: str) -> str:
    if symbol.isupper():
        return f"if {scene.noun()} > {symbol}:"
    return scene.pick(
        (
            f"{scene.variable()} = {symbol}({scene.variable()})",
            f"return {symbol}({scene.variable()})",
            f"from {scene.word()} import {symbol}",
            f"assert {symbol}({scene.number()})",
            f"self.{scene.noun()} = {symbol}",
        )
    )


def goto_definition(scene: "Scene", request: Request) -> GotoDefinitionResult:
    """Return what goto_definition returns."""
    symbol = request.text("symbol")
    locations = []
    count = request.length(scene, 1)
    for _ in range(count):
        row, start = scene.line(), scene.pick((1, 5, 5, 7, 9))
        location = DefinitionLocation(
            file=scene.path(),
            line=row,
            column=start,
            end_line=row,
            end_column=start + len(symbol),
            preview=_declaration(scene, symbol),
        )
        locations.append(location)
    return GotoDefinitionResult(success=count > 0, symbol=symbol, locations=locations)


def find_references(scene: "Scene", request: Request) -> FindReferencesResult:
    """Return what find_references returns."""
    symbol = request.text("symbol")
    file_path = request.text("file_path")
    count = request.length(scene, 6)
    files = scene.paths(max(1, count // 2)) if count else []
    references = [
        ReferenceLocation(
            file=scene.pick([*files, file_path]),
            line=scene.line(),
            column=scene.column(),
            preview=_use(scene, symbol),
        )
        for _ in range(count)
    ]
    return FindReferencesResult(
        symbol=symbol,
        reference_count=count,
        references=sorted(references, key=lambda use: (use.file, use.line)),
    )


def hover(scene: "Scene", request: Request) -> HoverResult:
    """Return what hover returns."""
    symbol = request.text("symbol")
    if request.mood == "clean":
        return HoverResult(success=False, symbol=symbol)
    if symbol.isupper():
        head = f"(constant) {symbol}: {scene.type()}"
    elif symbol.strip("_")[:1].isupper():
        head = f"(class) {symbol}({scene.variable()}: {scene.type()})"
    elif "_" in symbol or scene.chance(0.5):
        arguments = ", ".join(
            f"{name}: {scene.type()}"
            for name in dict.fromkeys(scene.noun() for _ in range(scene.number(1, 3)))
        )
        head = f"(function) def {symbol}({arguments}) -> {scene.type()}"
    else:
        head = f"(variable) {symbol}: {scene.type()}"
    text = scene.fill(message(scene, "document"))
    return HoverResult(symbol=symbol, content=f"{head}\n\n{text}", language="python")
