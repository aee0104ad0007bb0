"""Proving that an imported model is the model: numbers, tokens, and an answer it must know."""

from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import CallgateError

from .chat import render
from .embedded import ANSWER_HOLDS, QUESTION
from .loading import LoadedModel

if TYPE_CHECKING:
    from mlx_lm.tokenizer_utils import TokenizerWrapper

ROUND_TRIP = "def add(a, b):\n    return a + b  # 1234 + 5.6, naïve, 漢字, 🙂\n\tand 'quotes'"

# <|im_start|> is 1, <|im_end|> is 2: a special token cut into pieces would show here.
EXPECTED_CHAT = (
    {"role": "system", "content": "Answer in one word."},
    {"role": "user", "content": QUESTION},
)
# fmt: off
EXPECTED_CHAT_IDS = (
    1, 9690, 198, 21350, 281, 582, 2229, 30, 2, 198,
    1, 4093, 198, 1780, 314, 260, 3575, 282, 4649, 47, 2, 198,
    1, 520, 9531, 198,
)
# fmt: on


def _wrong(source: Path, reason: str) -> CallgateError:
    return CallgateError(
        f"the import of {source} is wrong: {reason}; nothing was kept. Download the file again, or "
        "convert the original model with `python -m mlx_lm convert`"
    )


def check_logits(loaded: LoadedModel, source: Path) -> None:
    """Raise CallgateError unless the logits of a short chat are finite and tell tokens apart."""
    import mlx.core as mx

    ids = render(loaded.tokenizer, [{"role": "user", "content": "Hi"}], add_generation_prompt=True)
    logits = loaded.model(mx.array([ids]))
    if not mx.all(mx.isfinite(logits)).item():
        raise _wrong(source, "its logits are not all finite")
    if mx.max(logits).item() == mx.min(logits).item():
        raise _wrong(source, "its logits are all the same")


def check_round_trip(tokenizer: "TokenizerWrapper", source: Path) -> None:
    """Raise CallgateError unless the tokenizer gives a text back as it was."""
    ids = tokenizer.encode(ROUND_TRIP, add_special_tokens=False)
    if (back := tokenizer.decode(ids)) != ROUND_TRIP:
        raise _wrong(source, f"its tokenizer turns {ROUND_TRIP!r} into {back!r}")


def check_expected_ids(tokenizer: "TokenizerWrapper", source: Path) -> None:
    """Raise CallgateError unless a chat has the token ids that the embedded model knows."""
    found = tuple(render(tokenizer, EXPECTED_CHAT, add_generation_prompt=True))
    if found != EXPECTED_CHAT_IDS:
        raise _wrong(source, f"a chat has the token ids {found}, not {EXPECTED_CHAT_IDS}")


def answer(loaded: LoadedModel, question: str, max_tokens: int = 12) -> str:
    """Return the greedy answer to one question."""
    from mlx_lm import generate

    prompt = render(
        loaded.tokenizer, [{"role": "user", "content": question}], add_generation_prompt=True
    )
    text: str = generate(loaded.model, loaded.tokenizer, prompt, max_tokens=max_tokens)
    return text.strip()


def check_answer(loaded: LoadedModel, source: Path) -> str:
    """Return the answer to the known question; raises CallgateError when it is wrong."""
    found = answer(loaded, QUESTION)
    if ANSWER_HOLDS not in found:
        raise _wrong(source, f"asked {QUESTION!r} it answers {found!r}")
    return found
