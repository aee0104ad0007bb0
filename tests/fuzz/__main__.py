"""`python -m tests.fuzz --seconds 600`: atheris on the extraction, the layers and the reading.

Needs `pip install atheris` (not among the development tools: it has wheels for few systems).
"""

import argparse
import sys
import time

import atheris

# Only what is fuzzed is instrumented: its branches lead the fuzzer.
with atheris.instrument_imports(include=["evals.judge", "pipeline.data", "fixtures"]):
    from tests.fuzz.target import CODE, MARKUP, check_code, check_text, right_codes, right_texts

LONGEST = 60


def compose(data: atheris.FuzzedDataProvider, fragments: tuple[str, ...]) -> str:
    """Return a text of fragments and of characters of its own, as the bytes choose."""
    parts = []
    for _ in range(data.ConsumeIntInRange(0, LONGEST)):
        choice = data.ConsumeIntInRange(0, len(fragments))
        parts.append(
            data.ConsumeUnicodeNoSurrogates(8) if choice == len(fragments) else fragments[choice]
        )
    return "".join(parts)


def mutated(data: atheris.FuzzedDataProvider, texts: tuple[str, ...]) -> str:
    """Return a right text with pieces cut out, doubled or put in."""
    text = texts[data.ConsumeIntInRange(0, len(texts) - 1)]
    for _ in range(data.ConsumeIntInRange(0, 6)):
        at = data.ConsumeIntInRange(0, len(text))
        to = min(len(text), at + data.ConsumeIntInRange(0, 40))
        kind = data.ConsumeIntInRange(0, 2)
        put = (data.ConsumeUnicodeNoSurrogates(6), text[at:to] * 2, "")[kind]
        text = text[:at] + put + text[to:]
    return text


def fuzz_one(content: bytes) -> None:
    """Turn bytes into a text or a code and judge it."""
    data = atheris.FuzzedDataProvider(content)
    kind = data.ConsumeIntInRange(0, 3)
    if kind == 0:
        check_text(compose(data, MARKUP))
    elif kind == 1:
        check_code(compose(data, CODE))
    elif kind == 2:
        check_text(mutated(data, right_texts()))
    else:
        check_code(mutated(data, right_codes()))


def main() -> None:
    """Fuzz for a time; a crash ends it with the input that caused it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=600, help="how long (default: 600)")
    options = parser.parse_args()
    right_texts(), right_codes()
    started = time.monotonic()
    arguments = [sys.argv[0], f"-max_total_time={options.seconds}", "-max_len=2048"]
    arguments += ["-len_control=0", "-timeout=10", "-verbosity=0", "-print_final_stats=1"]
    atheris.Setup(arguments, fuzz_one)
    print(f"fuzzing for {options.seconds} s, set up in {time.monotonic() - started:.1f} s")
    atheris.Fuzz()


if __name__ == "__main__":
    main()
