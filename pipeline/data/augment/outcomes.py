"""What the tools return in a scene: results that are made up and consistent in themselves."""

from typing import TYPE_CHECKING, Literal

from fixtures import TOOLS, Result
from fixtures.results import (
    DefinitionLocation,
    DiffFile,
    DocumentSymbolsResult,
    FindReferencesResult,
    GitCommit,
    GitDiffResult,
    GitFileStatus,
    GitLogResult,
    GitStatusResult,
    GotoDefinitionResult,
    HoverResult,
    ReferenceLocation,
    RuffResult,
    RuffViolation,
    SymbolInfo,
    TestCase,
    TestResult,
    TypeCheckError,
    TypeCheckResult,
    WorkspaceSymbol,
    WorkspaceSymbolsResult,
)

from .file_texts import command_output, file_text
from .vocabulary import complaints

if TYPE_CHECKING:
    from .scene import Scene

Mood = Literal["filled", "clean"]

# Numbers of the language server protocol.
CLASS, METHOD, FUNCTION, VARIABLE, CONSTANT = 5, 6, 12, 13, 14
STATES = ("modified", "modified", "modified", "added", "deleted", "untracked", "renamed")


def message(scene: "Scene", kind: str) -> str:
    """Return the template of a message: failed, error, skipped, commit or document."""
    return scene.pick(complaints().messages[kind])


def _count(scene: "Scene", mood: Mood, size: int | None, most: int) -> int:
    if mood == "clean":
        return 0
    return size if size is not None else scene.number(1, most)


def _file_under(scene: "Scene", path: str) -> str:
    """Return a Python file that checking a path may report."""
    if path.endswith((".py", ".pyi")):
        return path
    if path in (".", ""):
        return scene.path()
    return f"{path.rstrip('/')}/{scene.module()}.py"


def _typecheck(scene: "Scene", mood: Mood, size: int | None, path: str) -> TypeCheckResult:
    errors = []
    for _ in range(_count(scene, mood, size, 5)):
        complaint = scene.pick(complaints().type)
        mild = complaint.code.startswith(("possibly", "deprecated", "redundant"))
        error = TypeCheckError(
            file=_file_under(scene, path),
            line=scene.line(),
            column=scene.column(),
            severity="warning" if mild else "error",
            code=complaint.code,
            message=scene.fill(complaint.message),
        )
        errors.append(error)
    serious = sum(error.severity == "error" for error in errors)
    return TypeCheckResult(
        success=serious == 0,
        error_count=serious,
        warning_count=len(errors) - serious,
        errors=sorted(errors, key=lambda error: (error.file, error.line)),
    )


def _ruff_check(scene: "Scene", mood: Mood, size: int | None, path: str) -> RuffResult:
    violations = []
    for _ in range(_count(scene, mood, size, 6)):
        complaint = scene.pick(complaints().lint)
        violation = RuffViolation(
            file=_file_under(scene, path),
            line=scene.line(),
            column=scene.column(),
            code=complaint.code,
            message=scene.fill(complaint.message),
            fixable=complaint.fixable,
        )
        violations.append(violation)
    return RuffResult(
        success=not violations,
        violation_count=len(violations),
        fixable_count=sum(violation.fixable for violation in violations),
        violations=sorted(violations, key=lambda found: (found.file, found.line)),
    )


def _test_name(scene: "Scene", path: str) -> str:
    file = path if path.endswith(".py") else f"{path.rstrip('/')}/test_{scene.noun()}.py"
    what = scene.pick(
        (
            f"{scene.noun()}_{scene.verb()}",
            f"{scene.verb()}_{scene.noun()}",
            f"{scene.adjective()}_{scene.noun()}",
            f"{scene.noun()}_is_{scene.adjective()}",
            scene.noun(),
        )
    )
    inside = f"Test{scene.noun().title()}::" if scene.chance(0.1) else ""
    return f"{file}::{inside}test_{what}"


def _pytest_run(scene: "Scene", mood: Mood, size: int | None, path: str) -> TestResult:
    count = max(1, size if size is not None else scene.number(2, 8))
    outcomes = ["passed"] * count
    if mood == "filled":
        rest = scene.pick(("failed", "passed", "skipped", "error", "failed"))
        outcomes = ["failed", *(scene.pick(("passed", "passed", rest)) for _ in outcomes[1:])]
    tests = []
    for outcome in scene.some(outcomes, count):
        told = outcome != "passed"
        test = TestCase(
            name=_test_name(scene, path),
            outcome=outcome,
            duration=0.0 if outcome == "skipped" else scene.number(1, 240) / 100,
            message=scene.fill(message(scene, outcome)) if told else None,
        )
        tests.append(test)
    failed, errors = outcomes.count("failed"), outcomes.count("error")
    return TestResult(
        success=not failed and not errors,
        passed=outcomes.count("passed"),
        failed=failed,
        errors=errors,
        skipped=outcomes.count("skipped"),
        duration=round(sum(test.duration for test in tests) + scene.number(2, 60) / 100, 2),
        tests=tests,
    )


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


def _goto_definition(
    scene: "Scene",
    mood: Mood,
    size: int | None,
    file_path: str,
    line: int,
    column: int,
    symbol: str,
) -> GotoDefinitionResult:
    locations = []
    count = _count(scene, mood, size, 1)
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


def _find_references(
    scene: "Scene",
    mood: Mood,
    size: int | None,
    file_path: str,
    line: int,
    column: int,
    symbol: str,
) -> FindReferencesResult:
    count = _count(scene, mood, size, 6)
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


def _hover(
    scene: "Scene",
    mood: Mood,
    size: int | None,
    file_path: str,
    line: int,
    column: int,
    symbol: str,
) -> HoverResult:
    if mood == "clean":
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


def _document_symbols(
    scene: "Scene", mood: Mood, size: int | None, file_path: str
) -> DocumentSymbolsResult:
    symbols: list[SymbolInfo] = []
    line = scene.number(3, 20)
    for _ in range(_count(scene, mood, size, 5)):
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
    return DocumentSymbolsResult(file_path=file_path, symbols=symbols, symbol_count=count)


def _workspace_symbols(
    scene: "Scene", mood: Mood, size: int | None, query: str
) -> WorkspaceSymbolsResult:
    symbols = []
    bare = query.strip("*_ ")
    capital = bare[:1].isupper()
    for number in range(_count(scene, mood, size, 4)):
        before, after = scene.adjective(), scene.noun()
        if number == 0:
            name = bare
        elif capital:
            name = scene.pick((before.title() + bare, bare + after.title()))
        else:
            name = scene.pick((f"{before}_{bare}", f"{bare}_{after}"))
        kind = (CONSTANT if bare.isupper() else CLASS) if capital else scene.pick((12, 12, 6, 13))
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


def _changed_files(scene: "Scene", path: str, count: int) -> list[str]:
    """Return files that differ from the last commit: mostly Python, the first one always."""
    if path.endswith(".py") and count:
        return [path]
    found: dict[str, None] = {}
    while len(found) < count:
        other = scene.pick((scene.test_path, scene.document, scene.config))
        maker = scene.path if not found or scene.chance(0.65) else other
        found.setdefault(_file_under(scene, path) if path != "." else maker())
    return list(found)


def _git_status(scene: "Scene", mood: Mood, size: int | None, path: str) -> GitStatusResult:
    files = []
    for file in _changed_files(scene, path, _count(scene, mood, size, 6)):
        status = scene.pick(STATES)
        staged = status != "untracked" and scene.chance(0.4)
        files.append(GitFileStatus(file=file, status=status, staged=staged))
    return GitStatusResult(clean=not files, file_count=len(files), files=files)


def _git_diff(
    scene: "Scene", mood: Mood, size: int | None, path: str, staged: bool = False
) -> GitDiffResult:
    files = []
    for file in _changed_files(scene, path, _count(scene, mood, size, 5)):
        hunks, added, removed = [], 0, 0
        for _ in range(scene.number(1, 3)):
            line, old, new = scene.line(), scene.number(0, 14), scene.number(1, 24)
            removed, added = removed + old, added + new
            hunks.append(f"@@ -{line},{old} +{line},{new} @@ def {scene.function()}():")
        files.append(DiffFile(file=file, additions=added, deletions=removed, hunks=hunks))
    return GitDiffResult(
        file_count=len(files),
        additions=sum(file.additions for file in files),
        deletions=sum(file.deletions for file in files),
        files=files,
    )


def _git_log(
    scene: "Scene", mood: Mood, size: int | None, path: str, count: int = 10
) -> GitLogResult:
    number = min(count, _count(scene, mood, size, 8))
    commits = [
        GitCommit(
            hash=scene.hash(), message=scene.commit_message(), author=scene.author(), date=day
        )
        for day in scene.dates(number)
    ]
    return GitLogResult(commits=commits, commit_count=len(commits))


def _read_file(scene: "Scene", mood: Mood, size: int | None, path: str) -> str:
    return "" if mood == "clean" else file_text(scene, path)


def _write_file(scene: "Scene", mood: Mood, size: int | None, path: str, content: str) -> str:
    return f"Wrote {len(content)} characters to {path}"


def _run_command(scene: "Scene", mood: Mood, size: int | None, command: str) -> str:
    return "" if mood == "clean" else command_output(scene, command)


_MAKERS = {
    "typecheck": _typecheck,
    "ruff_check": _ruff_check,
    "pytest_run": _pytest_run,
    "goto_definition": _goto_definition,
    "find_references": _find_references,
    "hover": _hover,
    "document_symbols": _document_symbols,
    "workspace_symbols": _workspace_symbols,
    "git_status": _git_status,
    "git_diff": _git_diff,
    "git_log": _git_log,
    "read_file": _read_file,
    "write_file": _write_file,
    "run_command": _run_command,
}


def outcome(
    scene: "Scene",
    tool: str,
    arguments: tuple[object, ...],
    named: dict[str, object],
    mood: Mood,
    size: int | None,
) -> Result | str:
    """Return what a tool returns for its arguments; raises TypeError where they do not fit."""
    bound = TOOLS[tool].signature.bind(*arguments, **named)
    result: Result | str = _MAKERS[tool](scene, mood, size, **bound.arguments)  # type: ignore[operator]
    return result
