"""`make bench-data`: how fast audit and clean are beside a bare JSON loop, and how much they hold.

Each measurement runs in a process of its own on the same generated file; the peak of a run is that
of its largest process (they share the input, not their memory).
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from .calls import render_call

BARE = "orjson loop"
SMALL = 10_000
FOLDERS = ("src/harbour", "src/tides", "src/locks", "src/gates", "tests/locks", "tests/tides")
STEMS = ("plan", "gauge", "sluice", "berth", "signal", "ledger", "crew", "chart", "buoy", "ferry")
PREAMBLES = ("Let me look at that.", "I'll check it for you.", "Sure, one moment.", "Looking now.")
QUESTIONS = (
    "Which files changed under {path}?",
    "Where is {symbol} defined?",
    "How often is {symbol} used in {path}?",
    "What does the linter say about {path}?",
    "Are there type errors in {path}, and of which kind?",
    "Run the tests that belong to {symbol} and tell me which ones fail.",
)
CODES = (
    'result = git_status("{path}")\nif not result.clean:\n    for file in result.files:\n'
    '        print(f"{{file.status}} {{file.file}}")\nelse:\n    print("nothing changed")',
    'result = goto_definition("{path}", {line}, 4, "{symbol}")\nif result.success:\n'
    '    for place in result.locations:\n        print(f"{{place.file}}:{{place.line}}")',
    'result = find_references("{path}", {line}, 8, "{symbol}")\n'
    'print(f"{{result.reference_count}} uses")\nfor use in result.references[:5]:\n'
    '    print(f"  {{use.file}}:{{use.line}}:{{use.column}}")',
    'result = ruff_check("{path}")\nprint(result.violation_count, result.fixable_count)\n'
    'for one in result.violations:\n    print(f"{{one.code}} {{one.message}}")',
    'result = typecheck("{path}")\nfor error in result.errors:\n'
    '    print(f"{{error.file}}:{{error.line}} {{error.code}} {{error.message}}")',
    'result = pytest_run("{path}")\nfailed = [test for test in result.tests if test.outcome == '
    '"failed"]\nprint(f"{{result.passed}} passed, {{result.failed}} failed")\n'
    'for test in failed:\n    print(f"  {{test.name}}: {{test.message}}")',
)
OTHER_ENVELOPE = (
    "<tool_call><function=execute_code><parameter=code>\n{}\n</parameter></function></tool_call>"
)
RESPONSE = (
    "<tool_response>\nFindReferencesResult(success=True, symbol='{symbol}', reference_count=2, "
    "references=[ReferenceLocation(file='{path}', line={line}, column=4, preview=None), "
    "ReferenceLocation(file='{path}', line=7, column=12, preview='{symbol}()')], parse_error=None)"
    "\n</tool_response>"
)
ANSWERS = (
    "{symbol} stands in {path} at line {line}. It is called from two other places, both of them in "
    "the same module, so renaming it is safe as long as the tests pass afterwards.",
    "A lock keeps two writers apart. Hold it for as short a time as you can, and release it in a "
    "finally block; {symbol} in {path} does that with a context manager.",
    "Use find_references for that: it knows the language, where a text search for {symbol} would "
    "also return comments and strings.",
)
SYSTEM = "You help with the Python code of a harbour. Call the tools; answer in a few words."


def generate(rows: int, seed: int = 57) -> Iterator[bytes]:
    """Yield rows of about 850 bytes as lines: calls, results, answers, and every bad habit."""
    chance = random.Random(seed)
    recent: list[bytes] = []
    for _ in range(rows):
        if recent and chance.random() < 0.03:
            yield chance.choice(recent)
            continue
        stem = chance.choice(STEMS)
        words = {
            "path": f"{chance.choice(FOLDERS)}/{stem}_{chance.randrange(4000)}.py",
            "symbol": f"{chance.choice(('open', 'close', 'count', 'move'))}_{stem}_"
            f"{chance.randrange(10**6)}",
            "line": chance.randrange(1, 900),
        }
        kind = chance.randrange(len(CODES))
        question = QUESTIONS[chance.randrange(len(QUESTIONS))].format(**words)
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]
        if chance.random() < 0.2:
            answer = chance.choice(ANSWERS).format(**words)
            messages.append({"role": "assistant", "content": answer})
        else:
            code = CODES[kind].format(**words)
            call = render_call(code) if chance.random() < 0.7 else OTHER_ENVELOPE.format(code)
            draw = chance.random()
            if draw < 0.3:
                call = f"{chance.choice(PREAMBLES)}\n\n{call}"
            elif draw < 0.37:
                messages.append({"role": "assistant", "content": "I'll check the files."})
                messages.append({"role": "user", "content": "Go ahead."})
            messages.append({"role": "assistant", "content": call})
            if chance.random() < 0.5:
                messages.append({"role": "user", "content": RESPONSE.format(**words)})
                answer = chance.choice(ANSWERS).format(**words)
                messages.append({"role": "assistant", "content": answer})
        line = orjson.dumps({"messages": messages})
        recent.append(line)
        del recent[:-100]
        yield line


def write_data(path: Path, rows: int) -> None:
    """Write a generated data set."""
    with path.open("wb") as file:
        for line in generate(rows):
            file.write(line)
            file.write(b"\n")


def _bare(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            orjson.dumps(orjson.loads(line))


def _clean(path: Path) -> None:
    from .clean import clean

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        clean(path, Path(folder) / "out.jsonl")


def _audit(path: Path) -> None:
    from .audit import audit

    audit([path])


WORK = {BARE: _bare, "clean": _clean, "audit": _audit}


def measure(name: str, path: Path) -> tuple[float, int]:
    """Run one piece of work in a process of its own; return its seconds and its peak in bytes."""
    command = [sys.executable, "-m", "pipeline.data.bench", "--child", name, "--file", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


def _child(name: str, path: Path) -> None:
    begin = time.perf_counter()
    WORK[name](path)
    seconds = time.perf_counter() - begin
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(seconds, max(own, children) * unit)


def main() -> int:
    """Print the throughput of each work beside the bare loop, and its peaks."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.data.bench")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the generated files go for a while")
    parser.add_argument("--child", choices=tuple(WORK), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _child(options.child, options.file)
        return 0
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        small, large = Path(folder) / "small.jsonl", Path(folder) / "large.jsonl"
        write_data(small, SMALL)
        write_data(large, options.rows)
        size = large.stat().st_size
        print(f"{options.rows} rows, {size / 2**20:.0f} MiB, {os.cpu_count()} cores")
        print(f"{'':<12} {'seconds':>8} {'rows/s':>10} {'of the loop':>12} {'peak':>9} ", end="")
        print(f"{'peak at 10k':>12} {'bytes a row':>12}")
        bare = 0.0
        for name in WORK:
            _, small_peak = measure(name, small)
            seconds, peak = measure(name, large)
            bare = bare or seconds
            growth = (peak - small_peak) / max(options.rows - SMALL, 1)
            print(
                f"{name:<12} {seconds:>8.2f} {options.rows / seconds:>10.0f} "
                f"{bare / seconds:>12.2f} {peak / 2**20:>6.0f} MiB {small_peak / 2**20:>8.0f} MiB "
                f"{growth:>12.1f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
