"""What one call of a training row does: its tools, the fields it reads, and what is wrong."""

import inspect
import re
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from fixtures import TOOLS

from .calls import CALL_CLOSE, CALL_OPEN, Call, render_call
from .code import CodeTooComplexError, read_code
from .markup import json_call
from .rows import Row, Turn

CANONICAL = "the spelling of callgate"
JSON_BODY = f"{CALL_OPEN}{{JSON}}{CALL_CLOSE}"
STRUCTURED = "tool_calls beside the content"
BROKEN = "a call that does not extract"


class CallFacts(NamedTuple):
    """One call read: `spelling` names its envelope, every further field says what was found.

    `extraction` and `syntax` are the sentence about what is wrong, or None.
    """

    spelling: str
    tools: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    extraction: str | None = None
    syntax: str | None = None
    unknown_tools: tuple[str, ...] = ()
    wrong_arguments: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()

    @property
    def faulty(self) -> bool:
        """Whether anything is wrong with the call."""
        return any(self[3:])


@lru_cache(maxsize=20_000)
def _facts_of_code(code: str, spelling: str) -> CallFacts:
    try:
        reading = read_code(code)
    except SyntaxError as problem:
        line = f"line {problem.lineno}: " if problem.lineno else ""
        return CallFacts(spelling, syntax=f"{line}{problem.msg}")
    except CodeTooComplexError as problem:
        return CallFacts(spelling, syntax=f"the code cannot be read: {problem}")
    return CallFacts(
        spelling,
        tools=reading.tools,
        reads=reading.reads,
        unknown_tools=reading.unknown_names,
        wrong_arguments=tuple(call.problem for call in reading.calls if call.problem),
        unknown_fields=reading.unknown_reads,
    )


_PREFIXES = frozenset("fFrRbBuU")


def _shape(code: str) -> str:
    """Return the code with the content of its plain strings taken out, where that is safe.

    What a call does with tools does not depend on what its plain strings say, and a data set has
    far fewer shapes than codes. Code in which a string may not end where the next quote stands
    (another kind of quote, a comment, an escape) is returned as it is.
    """
    if "'" in code or "#" in code or '\\"' in code or '"""' in code or "getattr" in code:
        return code
    parts = code.split('"')
    for index in range(1, len(parts), 2):
        before = parts[index - 1]
        if "\n" in parts[index] or (before and before[-1] in _PREFIXES):
            continue
        parts[index] = ""
    return '"'.join(parts)


def facts_of_code(code: str, spelling: str) -> CallFacts:
    """Read the code of a call; a reading is shared by all codes of the same shape."""
    return _facts_of_code(_shape(code), spelling)


def _fits_schema(function: dict[str, Any], arguments: dict[str, Any]) -> str | None:
    schema = function.get("parameters")
    if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
        return None
    name = function["name"]
    required = schema.get("required")
    for missing in required if isinstance(required, list) else ():
        if missing not in arguments:
            return f"{name}: missing a required argument: {missing!r}"
    for given in arguments:
        if given not in schema["properties"]:
            return f"{name}: got an unexpected argument {given!r}"
    return None


def facts_of_object(function: dict[str, Any], row: Row, spelling: str) -> CallFacts:
    """Read a call that is a JSON object with `name` and `arguments`."""
    name = function.get("name")
    arguments = function.get("arguments", function.get("parameters", {}))
    if isinstance(arguments, str):
        try:
            arguments = orjson.loads(arguments)
        except ValueError as problem:
            return CallFacts(spelling, extraction=f"the arguments are not JSON: {problem}")
    if not name or not isinstance(name, str):
        return CallFacts(spelling, extraction="the call is not JSON with a name")
    if not isinstance(arguments, dict):
        return CallFacts(spelling, extraction="the arguments are not an object")
    if name == "execute_code" and isinstance(arguments.get("code"), str):
        return facts_of_code(arguments["code"], spelling)
    own = row.own_tools
    if name in own:
        misfit = _fits_schema(own[name], arguments)
    elif name in TOOLS:
        misfit = _fits_signature(name, TOOLS[name].signature, arguments)
    else:
        return CallFacts(spelling, tools=(name,), unknown_tools=(name,))
    return CallFacts(spelling, tools=(name,), wrong_arguments=(misfit,) if misfit else ())


def _fits_signature(
    name: str, signature: inspect.Signature, arguments: dict[str, Any]
) -> str | None:
    try:
        signature.bind(**arguments)
    except TypeError as wrong:
        parameters = ", ".join(map(str, signature.parameters.values()))
        return f"{name}({parameters}): {wrong}"
    return None


def _spelling(text: str, call: Call) -> str:
    if call.code is None or call.code_start is None:
        return BROKEN
    spelled = text[call.start : call.end]
    if spelled == render_call(call.code):
        return CANONICAL
    code_start = call.code_start - call.start
    return spelled[:code_start] + "\u2026" + spelled[code_start + len(call.code) :]


def facts_of_turn(row: Row, turn: Turn) -> list[CallFacts]:
    """Read every call of an assistant turn, those in its text first."""
    found: list[CallFacts] = []
    if turn.markup is not None:
        for call in turn.markup.calls:
            if call.code is not None:
                found.append(facts_of_code(call.code, _spelling(turn.text, call)))
            elif (read := json_call(turn.text, call)) is not None:
                found.append(facts_of_object(read, row, JSON_BODY))
            else:
                found.append(CallFacts(BROKEN, extraction=call.problem))
    found.extend(facts_of_object(function, row, STRUCTURED) for function in turn.structured)
    return found


class CallTurn(NamedTuple):
    """An assistant turn that calls, with what each of its calls does."""

    turn: Turn
    calls: list[CallFacts]

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools called in the turn, each once, in order."""
        if len(self.calls) == 1:
            return self.calls[0].tools
        return tuple(dict.fromkeys(tool for call in self.calls for tool in call.tools))


def facts_of_row(row: Row) -> list[CallTurn]:
    """Read every call of a row, once."""
    if row.facts is None:
        row.facts = [CallTurn(turn, facts_of_turn(row, turn)) for turn in row.callers]
        row.faulty = any(call.faulty for _, calls in row.facts for call in calls)
    return row.facts


_CLASS = re.compile(r"([A-Z]\w*)\(")
RESULTS = {tool.result.__name__: tool for tool in TOOLS.values() if tool.typed}


def result_name(text: str) -> str | None:
    """Return the class that a tool response is the repr of, None where it is plain text."""
    found = _CLASS.match(text)
    return found[1] if found else None
