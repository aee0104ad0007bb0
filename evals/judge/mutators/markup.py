"""Turns whose call is missing, unwanted, broken or in another envelope."""

import json

from pipeline.data.calls import CALL_CLOSE, CALL_OPEN, render_call

from .mutator import RightTurn

_FILLER = "There is a lot to say about this, and it all depends on the point of view. "
_HUNDRED_THOUSAND = 100_000


def empty_text(turn: RightTurn) -> str:
    """Say nothing."""
    del turn
    return " \n"


def endless_text(turn: RightTurn) -> str:
    """Go on for 100 kB."""
    return turn.text + "\n" + _FILLER * (_HUNDRED_THOUSAND // len(_FILLER))


def announced_call(turn: RightTurn) -> str:
    """Promise a call and make none."""
    name = turn.tools[0] if turn.tools else next(iter(turn.suite.tools))
    return f"I'll check that with {name}."


def answer_for_call(turn: RightTurn) -> str | None:
    """Answer out of thin air where a call is wanted."""
    return "All of it looks fine to me." if turn.expected.wants == "call" else None


def call_for_answer(turn: RightTurn) -> str | None:
    """Call a tool where an answer is wanted."""
    name = next(iter(turn.suite.tools))
    return render_call(f'print({name}("."))') if turn.expected.wants == "answer" else None


def answer_with_call(turn: RightTurn) -> str | None:
    """Answer rightly and call a tool all the same."""
    call = call_for_answer(turn)
    return None if call is None else f"{turn.text}\n{call}"


def broken_call_for_answer(turn: RightTurn) -> str | None:
    """Answer rightly and begin a call that does not parse."""
    if turn.expected.wants == "call":
        return None
    return f"{turn.text}\n{CALL_OPEN}<function=execute_code>\n<parameter=code>\ngit_status("


def code_in_fence(turn: RightTurn) -> str | None:
    """Show the code instead of calling it."""
    return turn.code and f"```python\n{turn.code}\n```"


def foreign_markup(turn: RightTurn) -> str | None:
    """Call in the markup of another family of models."""
    if turn.code is None:
        return None
    code = json.dumps({"code": turn.code})
    return f"<|python_tag|><invoke name='execute_code'>{code}</invoke><|eom_id|>"


def json_envelope(turn: RightTurn) -> str | None:
    """Call with a JSON body."""
    if turn.code is None:
        return None
    body = json.dumps({"name": "execute_code", "arguments": {"code": turn.code}})
    return f"{CALL_OPEN}{body}{CALL_CLOSE}"


def tool_as_function(turn: RightTurn) -> str | None:
    """Name the tool in the envelope instead of calling it in code."""
    if turn.code is None:
        return None
    name = turn.tools[0]
    return f"{CALL_OPEN}<function={name}><parameter=path>.</parameter></function>{CALL_CLOSE}"


def unclosed_call(turn: RightTurn) -> str | None:
    """Leave out the closing tag."""
    return turn.code and turn.text[: turn.text.rindex(CALL_CLOSE)]


def unclosed_code(turn: RightTurn) -> str | None:
    """Leave out the end of the code and keep the closing tag."""
    if turn.code is None:
        return None
    return turn.text[: turn.text.rindex("</parameter>")] + CALL_CLOSE


def missing_opening_tag(turn: RightTurn) -> str | None:
    """Leave out the opening tag."""
    return turn.code and turn.text.replace(CALL_OPEN, "", 1)


def second_call_broken(turn: RightTurn) -> str | None:
    """Call rightly, and begin a second call that never ends."""
    return turn.code and f"{turn.text}\n{CALL_OPEN}<function=execute_code>\n<parameter=code>\n"


def empty_call(turn: RightTurn) -> str | None:
    """Call with no code inside."""
    return turn.code and render_call("")
