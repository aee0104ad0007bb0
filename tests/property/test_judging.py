"""Whatever a model writes is judged, soon and without an exception."""

from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.target import CODE, MARKUP, check_code, check_text, right_codes, right_texts

markup = st.lists(st.sampled_from(MARKUP) | st.text(max_size=6), max_size=40).map("".join)
code = st.lists(st.sampled_from(CODE) | st.text(max_size=4), max_size=60).map("".join)


@st.composite
def mutated(draw, texts):
    """A right text with pieces cut out, doubled or put in."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        to = min(len(text), at + draw(st.integers(0, 40)))
        put = draw(st.text(max_size=6) | st.just(text[at:to] * 2) | st.just(""))
        text = text[:at] + put + text[to:]
    return text


@st.composite
def programs(draw):
    """Code that parses more often than not: whole lines, indented by what stands above."""
    lines, depth = [], 0
    for _ in range(draw(st.integers(1, 25))):
        line = draw(st.sampled_from(LINES))
        lines.append("    " * depth + line)
        depth = depth + 1 if line.endswith(":") else draw(st.integers(0, depth))
    if lines[-1].endswith(":"):
        lines.append("    " * depth + "pass")
    return "\n".join(lines)


LINES = (
    "s = git_status('.')", "x = [x, x]", "x = (x, s)", "y = {'a': x, **y}", "x.append(x)",
    "d[x] = y", "d.setdefault(x, []).append(y)", "for f in s.files:", "for a, *b in x:", "if x:",
    "while x:", "while True:", "break", "continue", "return x", "yield x",
    "def f(x, y=s, *z, **k):", "async def g(x):", "x = f(x)", "x = f(f(x))", "f = lambda x: f(x)",
    "try:", "with x as (y, s):", "class A:", "x = A(x)", "self.x = x", "print(self.x.files)",
    "global x", "print(s.files[0].file)", "x = sorted(x, key=lambda v: v.file)",
    "x = [v for v in x for v in v]", "x += x", "pass", "x = {k: v for k, v in y.items()}",
    "x = map(f, x)", "x = s if x else y", "(x := s)", "x = reduce(f, x)", "import git_status",
    "from a import f as git_log", "raise x", "x = git_log", "x = x('.')",
    "print(f'{x.files!r:>{y}}')", "x, y = y, x", "x = x[0][1:]", "assert x, s.clean",
)  # fmt: skip


@given(markup)
@example("<tool_call><function=execute_code><parameter=code>")
@example("[" * 5_000)
@example("<tool_call>" * 400)
@example("</parameter></function>" * 400 + "<function=execute_code><parameter=code>")
def test_any_markup_is_judged(text):
    check_text(text)


@given(mutated(right_texts()))
def test_right_answer_with_slips_is_judged(text):
    check_text(text)


@given(code)
def test_any_code_is_read(text):
    check_code(text)


@given(mutated(right_codes()))
def test_right_code_with_slips_is_read(text):
    check_code(text)


@given(programs())
def test_tangled_program_is_read(text):
    check_code(text)
