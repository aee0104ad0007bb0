"""Telling in words what a tool's result says: counts, files, lines, rules, messages, authors."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fixtures import Result
from fixtures.results import (
    DocumentSymbolsResult,
    FindReferencesResult,
    GitDiffResult,
    GitLogResult,
    GitStatusResult,
    GotoDefinitionResult,
    HoverResult,
    RuffResult,
    SymbolInfo,
    TestCase,
    TestResult,
    TypeCheckResult,
    WorkspaceSymbolsResult,
)

from ..scene import Scene

KIND_NAMES = {5: "class", 6: "method", 12: "function", 13: "variable", 14: "constant"}


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: 1 error, 2 errors, 0 errors."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def joined(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _listed(scene: Scene, head: str, items: Sequence[str]) -> str:
    """Return a head and its items as one sentence, as several, or as a list with dashes."""
    if not items:
        return f"{head}."
    shape = scene.random.random()
    if shape < 0.4:
        return f"{head}: {'; '.join(items)}."
    if shape < 0.6:
        return f"{head}. " + " ".join(f"{item[0].upper()}{item[1:]}." for item in items)
    return "\n".join((f"{head}:", *(f"- {item}" for item in items)))


def _by_file(places: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for file, line in places:
        found.setdefault(file, []).append(line)
    return found


def _lines(lines: Sequence[int]) -> str:
    return f"line{'s' if len(lines) > 1 else ''} {joined([str(line) for line in lines])}"


def _place(file: str, line: int, asked: str) -> str:
    return f"line {line}" if file == asked else f"{file}, line {line}"


def _typecheck(scene: Scene, result: TypeCheckResult, path: str) -> str:
    if not result.errors:
        return scene.say(
            (
                "No type errors: {path} passes the type checker.",
                "{path} is clean: 0 errors and 0 warnings.",
                "The type checker finds nothing wrong in {path}.",
                "{path} has no type errors and no warnings.",
                "All types in {path} are fine, 0 errors.",
            ),
            path=path,
        )
    counts = [counted(result.error_count, "error")] if result.error_count else []
    if result.warning_count:
        counts.append(counted(result.warning_count, "warning"))
    shape = scene.number(0, 2)
    items = []
    for error in result.errors:
        place = _place(error.file, error.line, path)
        mild = " (warning)" if error.severity == "warning" and result.error_count else ""
        forms = (f"{place}: {error.message}", f"{error.message} ({place})")
        items.append((forms[shape % 2]) + mild)
    head = scene.say(
        (
            "{path} has {counts}",
            "The type checker reports {counts} in {path}",
            "{counts} in {path}",
            "I see {counts}",
        ),
        counts=joined(counts),
        path=path,
    )
    return _listed(scene, head, items)


def _ruff_check(scene: Scene, result: RuffResult, path: str) -> str:
    if not result.violations:
        return scene.say(
            (
                "No lint violations: {path} is clean.",
                "Ruff finds nothing to complain about in {path}, 0 violations.",
                "{path} is clean, the linter reports 0 violations.",
                "The linter has no complaints about {path}.",
            ),
            path=path,
        )
    counts = counted(result.violation_count, "violation")
    fixable = scene.say(
        (", {number} fixable", ", {number} of them fixable automatically"),
        number=result.fixable_count or "none",
    )
    head = scene.say(
        ("Ruff reports {counts}", "{path} has {counts}", "The linter finds {counts} in {path}"),
        counts=counts,
        path=path,
    )
    shape = scene.number(0, 2)
    items = []
    for found in result.violations:
        place = _place(found.file, found.line, path)
        forms = (
            f"{found.code} in {place}: {found.message}",
            f"{found.message} ({found.code}, {place})",
            f"{place}: {found.code}, {found.message}",
        )
        items.append(forms[shape])
    return _listed(scene, head + fixable, items)


def _test_name(test: TestCase) -> str:
    return test.name.rsplit("::", 1)[-1]


def _pytest_run(scene: Scene, result: TestResult, path: str) -> str:
    total = len(result.tests)
    broken = [test for test in result.tests if test.outcome in ("failed", "error")]
    if not broken:
        return scene.say(
            (
                "All {tests} in {path} pass, in {seconds} seconds.",
                "Everything is green: {tests} passed, nothing failed.",
                "No failures: {tests} passed in {seconds} seconds.",
                "{path} is green: all {tests} pass.",
                "All {tests} pass, nothing is broken.",
                "Nothing fails. {tests} passed, 0 failed.",
            ),
            tests=counted(total, "test"),
            path=path,
            seconds=result.duration,
        )
    counts = scene.pick(
        (
            f"{result.failed} of {counted(total, 'test')} failed",
            f"{counted(result.failed, 'test')} failed and {result.passed} passed",
            f"{result.failed} failed, {result.passed} passed",
        )
    )
    for number, what in ((result.errors, "error"), (result.skipped, "skipped")):
        if number:
            counts += f", {counted(number, what) if what == 'error' else f'{number} skipped'}"
    head = scene.say(("{counts}", "In {path} {counts}", "{counts}"), counts=counts, path=path)
    verb = scene.pick((": ", " fails with ", " ends in "))
    return _listed(scene, head, [f"{_test_name(test)}{verb}{test.message}" for test in broken])


def _goto_definition(scene: Scene, result: GotoDefinitionResult, symbol: str) -> str:
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


def _find_references(scene: Scene, result: FindReferencesResult, symbol: str) -> str:
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
    return _listed(scene, head, items)


def _hover(scene: Scene, result: HoverResult, symbol: str) -> str:
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


def _document_symbols(scene: Scene, result: DocumentSymbolsResult, file_path: str) -> str:
    if not result.symbols:
        return f"{file_path} defines no symbols."
    head = scene.say(
        ("{path} has {count}", "{path} defines {count}", "I see {count} in {path}"),
        path=file_path,
        count=counted(result.symbol_count, "symbol"),
    )
    return _listed(scene, head, [_symbol(symbol) for symbol in result.symbols])


def _workspace_symbols(scene: Scene, result: WorkspaceSymbolsResult, query: str) -> str:
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
    return _listed(scene, head.replace("There is", "There are") if len(items) > 1 else head, items)


def _git_status(scene: Scene, result: GitStatusResult, _: str) -> str:
    if not result.files:
        return scene.say(
            (
                "The working tree is clean, there is nothing to commit.",
                "Nothing is modified: the tree is clean.",
                "Your checkout is clean, 0 files differ from the last commit.",
            )
        )
    count = counted(result.file_count, "file")
    shape = scene.number(0, 2)
    if shape == 0 and len(result.files) > 1:
        groups: dict[str, list[str]] = {}
        for entry in result.files:
            groups.setdefault(entry.status, []).append(entry.file)
        items = [f"{status}: {', '.join(files)}" for status, files in groups.items()]
        staged = [entry.file for entry in result.files if entry.staged]
        items.append(f"staged: {', '.join(staged) or 'nothing'}")
        return "\n".join((f"{count} changed:", *(f"- {item}" for item in items)))
    items = [
        f"{entry.file} is {entry.status}" + (" and staged" if entry.staged else "")
        for entry in result.files
    ]
    if shape == 1:
        items = [
            f"{entry.file} ({entry.status}, {'staged' if entry.staged else 'not staged'})"
            for entry in result.files
        ]
    differ = f"{count} {'differs' if result.file_count == 1 else 'differ'} from the last commit"
    return _listed(scene, scene.pick((differ, f"{count} changed", f"{count} not committed")), items)


def _git_diff(scene: Scene, result: GitDiffResult, _: str) -> str:
    if not result.files:
        return scene.say(
            (
                "The diff is empty: 0 files changed.",
                "There are no changes, nothing was added or deleted.",
            )
        )
    count = counted(result.file_count, "file")
    head = scene.say(
        (
            "{count} changed, {added} added and {removed} removed",
            "The diff touches {count}, with {additions} additions and {deletions} deletions",
            "{count} changed: +{additions} -{deletions} in all",
        ),
        count=count,
        added=counted(result.additions, "line"),
        removed=result.deletions,
        additions=result.additions,
        deletions=result.deletions,
    )
    form = scene.pick(
        (
            "{file} +{additions} -{deletions}",
            "{file} ({additions} added, {deletions} removed)",
            "{file} with {additions} new and {deletions} deleted lines",
        )
    )
    items = [form.format(**entry.model_dump(exclude={"hunks"})) for entry in result.files]
    if ":" in head:
        return f"{head}. " + joined(items) + "."
    return _listed(scene, head, items)


def _git_log(scene: Scene, result: GitLogResult, _: str) -> str:
    if not result.commits:
        return scene.say(("There are no commits.", "The log is empty: 0 commits."))
    head = scene.say(
        ("The last {count}", "{count}, newest first", "There are {count}"),
        count=counted(result.commit_count, "commit"),
    )
    head = head.replace("The last 1 commit", "The last commit").replace("There are 1", "There is 1")
    form = scene.pick(
        (
            "{author}: {message} ({date})",
            "{message}, by {author}",
            '"{message}" by {author} on {date}',
            "{hash} {message}",
            "{author} on {date}: {message}",
        )
    )
    return _listed(scene, head, [form.format(**found.model_dump()) for found in result.commits])


def _text_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip(" -`\"'{}[](),.\n")]


def _read_file(scene: Scene, text: str, path: str) -> str:
    lines = _text_lines(text)
    if not lines:
        return f"{path} is empty."
    if path.endswith(".py"):
        names = [
            line.removeprefix("def ").split("(")[0] for line in lines if line.startswith("def ")
        ]
        return scene.say(
            ("{path} defines {names}.", "It is Python code with {names}."),
            path=path,
            names=joined([f"`{name}`" for name in names]),
        )
    if path.endswith((".md", ".rst")):
        told = [line.lstrip("# ") for line in lines if line.strip("-=")]
        told = [line.rstrip(".") for line in told]
        return scene.say(
            ("{path} says: {told}.", "It says the following: {told}.", "In short: {told}."),
            path=path,
            told="; ".join(told),
        )
    told = [f"`{line.rstrip(',')}`" for line in lines]
    return scene.say(
        ("{path} holds {told}.", "It contains {told}.", "The file has {told}."),
        path=path,
        told=joined(told),
    )


def _run_command(scene: Scene, text: str, command: str) -> str:
    lines = _text_lines(text)
    if not lines:
        return f"`{command}` ran and printed nothing."
    return scene.say(
        (
            "It printed: {told}.",
            "The command ran. Its output: {told}.",
            "It says: {told}.",
            "It finished with this output: {told}.",
        ),
        told="; ".join(lines),
    )


def _write_file(scene: Scene, text: str, path: str) -> str:
    characters = text.split()[1]
    return scene.say(
        (
            "{path} is written: {characters} characters.",
            "Done, {path} now holds {characters} characters.",
            "Yes, {characters} characters were written to {path}.",
        ),
        path=path,
        characters=characters,
    )


_TELLERS: Mapping[str, Callable[[Scene, Any, str], str]] = {
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
    "run_command": _run_command,
    "write_file": _write_file,
}
# The argument that the result is spoken of by, where it is not the first.
_SPOKEN_OF = dict.fromkeys(("goto_definition", "find_references", "hover"), "symbol")


def telling(scene: Scene, tool: str, arguments: Mapping[str, Any], result: Result | str) -> str:
    """Return what a tool's result says, in words of one of several shapes."""
    of = arguments[_SPOKEN_OF[tool]] if tool in _SPOKEN_OF else next(iter(arguments.values()))
    text = _TELLERS[tool](scene, result, of)
    return text[0].upper() + text[1:] if text.startswith(("the ", "it ")) else text
