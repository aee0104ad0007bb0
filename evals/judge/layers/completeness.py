"""completeness: every tool of a cross-tool case, enough of the facts of an answer."""

import re

from fixtures import alternatives

from ..facts import copied_record, invented_numbers, is_stuffed
from ..outcome import Outcome, failed, not_applicable, passed
from ..turn import Expectation, Turn


def _holds(text: str, keyword: str) -> bool:
    # A number must not be found inside another one: 3 is neither in 13 nor in 3.5.
    before = r"(?<![\d.])" if keyword[:1].isdigit() else ""
    after = r"(?![\d]|\.\d)" if keyword[-1:].isdigit() else ""
    pattern = before + re.escape(keyword) + after
    return re.search(pattern, text, re.IGNORECASE) is not None


def judge_completeness(turn: Turn, expected: Expectation) -> Outcome:
    """Judge whether all expected tools are called, or enough expected keywords are said."""
    if expected.wants == "call":
        if turn.direct:
            return not_applicable("the next call by name needs the result of this one")
        if len(expected.tools) < 2 or not turn.readings:
            return not_applicable("the turn does not need several tools")
        missing = [
            entry.replace("|", "or")
            for entry in expected.tools
            if not set(alternatives(entry)) & set(turn.tools)
        ]
        if missing:
            called = ", ".join(turn.tools) or "no tool"
            return failed(f"expected {' and '.join(missing)} as well, found {called}")
        return passed(f"expected {len(expected.tools)} tools, found all of them")
    if not expected.keywords:
        return not_applicable("no keyword is expected")
    if turn.calls:
        return not_applicable("there is no answer in which keywords are expected")
    said = [
        entry
        for entry in expected.keywords
        if any(_holds(turn.text, keyword) for keyword in alternatives(entry))
    ]
    sentence = (
        f"expected {expected.keywords_needed} of {len(expected.keywords)} keywords "
        f"({', '.join(expected.keywords)}), found {len(said)}"
    )
    if len(said) < expected.keywords_needed:
        return failed(sentence)
    return _judge_honesty(turn.text, expected) or passed(sentence)


def _judge_honesty(text: str, expected: Expectation) -> Outcome | None:
    keywords = [keyword for entry in expected.keywords for keyword in alternatives(entry)]
    if is_stuffed(text, keywords):
        return failed("expected sentences, found keywords with hardly a word between them")
    if not expected.told:
        return None
    if (copied := copied_record(text, expected.told)) is not None:
        return failed(f"expected the result in words, found it copied: {copied}...")
    if invented := invented_numbers(text, expected.told):
        return failed(
            f"expected numbers that the result holds, found {', '.join(invented[:5])} as well"
        )
    return None
