"""Conversations with known truth: what the cleaner must make of them is known beforehand."""

import re
from typing import NamedTuple

from hypothesis import strategies as st

ENVELOPES = (
    "<tool_call><function=execute_code>\n<parameter=code>\n{}\n</parameter>\n</function></tool_call>",
    "<tool_call><function=execute_code><parameter=code>\n{}\n</parameter></function></tool_call>",
    "<tool_call>\n<function=execute_code>\n<parameter=code>{}</parameter>\n</function>\n</tool_call>",
)
# What has broken cleaners before: closing tags and fences in strings, marks no one sees.
NASTY = (
    "</tool_call>",
    "</function>",
    "</parameter>",
    "```",
    "```python\nx = 1\n```",
    "\ufeff",
    "\x00",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0c",
    "\u202e",
    "\u200f",
    "\r\n",
    "\r",
    "\\",
    '"',
    "'",
    "{",
    "}",
    "<function=execute_code>",
    "<parameter=code>",
    "<tool_response>",
    "\U0001f30a",
)
_ENDS = re.compile(r"</parameter>\s*</function>\s*</tool_call>")

plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
piece = st.one_of(plain, st.sampled_from(NASTY), st.sampled_from((" ", "\n", "\t")))
# Text of any kind that holds no marker of a call.
prose = st.lists(piece, max_size=6).map("".join).filter(lambda text: "<tool_call>" not in text)
some_prose = prose.filter(lambda text: bool(text.strip()))
space = st.text(st.sampled_from(" \n\t"), max_size=3)


def _is_code(code: str) -> bool:
    # Not even with the envelope's own ends beside it may the code close the call.
    return (
        bool(code.strip()) and "\n" not in (code[0], code[-1]) and _ENDS.search(code + "|") is None
    )


@st.composite
def codes(draw: st.DrawFn) -> str:
    """Draw code of a call whose strings hold anything."""
    inside = draw(st.lists(piece, max_size=4).map("".join))
    body = draw(st.sampled_from(('write_file("a", "{}")', "x = '{}'", "# {}", "print({})")))
    return body.replace("{}", inside)


code = codes().filter(_is_code)


class Calls(NamedTuple):
    """The text of one or more calls, and their codes."""

    text: str
    codes: tuple[str, ...]


@st.composite
def calls(draw: st.DrawFn, envelopes: tuple[str, ...] = ENVELOPES) -> Calls:
    """Draw one to three calls with nothing but white space between them."""
    drawn = draw(st.lists(code, min_size=1, max_size=3))
    parts = [draw(st.sampled_from(envelopes)).replace("{}", one) for one in drawn]
    text = parts[0]
    for part in parts[1:]:
        text += draw(space) + part
    return Calls(text, tuple(drawn))


# Text made of markers and their pieces, in any order: most of it is no call at all.
markup_soup = st.lists(
    st.one_of(
        st.sampled_from(
            (
                "<tool_call>",
                "</tool_call>",
                "<function=execute_code>",
                "<parameter=code>",
                "</parameter>",
                "</function>",
                "</parameter></function></tool_call>",
                ENVELOPES[0].replace("{}", 'git_status(".")'),
                '<tool_call>{"name": "git_log", "arguments": {"path": "</tool_call>"}}</tool_call>',
            )
        ),
        prose,
    ),
    max_size=7,
).map("".join)


def conversation(*texts: str) -> dict[str, object]:
    """Return a row in the chat form: user and assistant by turns."""
    roles = ("user", "assistant")
    return {
        "messages": [
            {"role": roles[index % 2], "content": text} for index, text in enumerate(texts)
        ]
    }
