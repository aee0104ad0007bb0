"""The plain way to ask a model, for comparison: mlx-lm alone, one prompt after the other.

Run as a script in a process of its own, it imports nothing of callgate. It reads
`{"model", "dtype", "prompts", "max_tokens"}` as JSON from standard input and writes JSON Lines:
first the seconds that loading took, then one line for each answer.
"""

import json
import resource
import sys
import time
from pathlib import Path


def peak_bytes() -> int:
    """Return the most memory this process held at once."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # On Linux getrusage counts what the parent held when it started this process.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if "VmHWM" in line)


def main() -> None:
    """Load the model with its packed weights and continue each prompt greedily."""
    request = json.load(sys.stdin)
    started = time.perf_counter()
    import mlx.core as mx
    from mlx_lm import load, stream_generate

    model, tokenizer = load(request["model"])[:2]
    if request["dtype"] != "stored":
        model.set_dtype(getattr(mx, request["dtype"]))
        mx.eval(model.parameters())
    print(json.dumps({"load_seconds": time.perf_counter() - started}), flush=True)
    for prompt in request["prompts"]:
        started = time.perf_counter()
        # What mlx_lm.generate loops over; it keeps the text only, and tokens are compared here.
        responses = stream_generate(model, tokenizer, prompt, max_tokens=request["max_tokens"])
        token_ids = [response.token for response in responses]
        if token_ids[-1] in tokenizer.eos_token_ids:
            token_ids.pop()
        seconds = time.perf_counter() - started
        answer = {"token_ids": token_ids, "seconds": seconds, "peak_bytes": peak_bytes()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
