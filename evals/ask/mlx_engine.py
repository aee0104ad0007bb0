"""Asking a model with MLX in this process, in batches that are kept full."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from fixtures import CallgateError
from pipeline.model.chat import render, render_text
from pipeline.model.loading import LoadedModel

from .answer import Answer, Question, Sampling, answer_key
from .decode import Continuation, Decoder, one_blas_thread
from .drawing import chooser

# Beyond this a batch computes no faster, and its memory is better left to the caches.
LARGEST_BATCH = 64


class StepListener(Protocol):
    """Told of every token step, so that progress can be shown."""

    def __call__(self, new_tokens: int, /) -> None:
        """Take note of tokens that were generated."""


def _no_listener(_: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class _Pending:
    """A question that is being answered."""

    question: Question
    key: str
    prompt: list[int]
    started: float


def default_batch_size(config: dict[str, Any], tokens: int, memory_bytes: int) -> int:
    """Return how many answers of `tokens` tokens may have their caches in an eighth of memory.

    `config` is the model's config.json; keys and values of every layer, four bytes each: the caches
    of a CPU hold float32, those of a GPU half of it.
    """
    heads = config.get("num_key_value_heads") or config.get("num_attention_heads") or 1
    width = config.get("head_dim") or (
        config.get("hidden_size", 0) // (config.get("num_attention_heads") or 1)
    )
    bytes_each = int(8 * config.get("num_hidden_layers", 1) * heads * width * tokens)
    return max(1, min(LARGEST_BATCH, memory_bytes // 8 // max(1, bytes_each)))


def _common_prefix(sequences: Sequence[Sequence[int]]) -> int:
    """Return how many leading tokens all sequences share, leaving each at least one of its own."""
    longest = min(map(len, sequences)) - 1
    for position in range(longest):
        if len({sequence[position] for sequence in sequences}) > 1:
            return position
    return max(0, longest)


class MlxEngine:
    """An engine over a loaded model: greedy, or drawing with the seeds of each answer."""

    def __init__(
        self,
        loaded: LoadedModel,
        sampling: Sampling,
        batch_size: int,
        on_step: StepListener = _no_listener,
    ) -> None:
        self._loaded = loaded
        self._sampling = sampling
        self._batch_size = batch_size
        self._on_step = on_step
        self._own_streams: list[Any] = []

    def _pending(self, question: Question) -> _Pending:
        prompt = render(self._loaded.tokenizer, question.messages, add_generation_prompt=True)
        context = self._loaded.description.context_length
        if context is not None and len(prompt) >= context:
            raise CallgateError(
                f"case {question.case}, turn {question.turn}: the prompt has {len(prompt)} tokens "
                f"and the model reads {context}: shorten the query or the system prompt"
            )
        key = answer_key(self._loaded.description.fingerprint, prompt, self._sampling, question)
        return _Pending(question, key, prompt, time.perf_counter())

    def _shared_cache(self, prompts: Sequence[Sequence[int]]) -> tuple[int, list[Any] | None]:
        """Read the tokens that all prompts begin with once; return their number and the cache."""
        import mlx.core as mx
        from mlx_lm.models.cache import can_trim_prompt_cache, make_prompt_cache

        shared = _common_prefix(prompts) if len(prompts) > 1 else 0
        cache: list[Any] = make_prompt_cache(self._loaded.model)
        if shared < 2 or not can_trim_prompt_cache(cache):
            return 0, None
        self._loaded.model(mx.array([prompts[0][:shared]]), cache=cache)
        mx.eval([layer.state for layer in cache])
        return shared, cache

    def _continuation(self, pending: _Pending, kept: int, cache: list[Any] | None) -> Continuation:
        from mlx_lm.models.cache import make_prompt_cache

        context = self._loaded.description.context_length
        most = self._sampling.max_tokens
        limit = most if context is None else min(most, context - len(pending.prompt))
        if cache is None:
            cache = make_prompt_cache(self._loaded.model)
        tokens = list(pending.prompt)
        return Continuation(pending.key, tokens, len(tokens), limit, cache, kept)

    def _follow(self, pending: _Pending, finished: Continuation) -> Continuation:
        """Return the next turn, on the cache of the finished one where it fits."""
        from mlx_lm.models.cache import can_trim_prompt_cache, trim_prompt_cache

        if not can_trim_prompt_cache(finished.cache):
            return self._continuation(pending, 0, None)
        # What the template makes of the answer may differ from what was generated.
        kept = _common_prefix([pending.prompt, [*finished.tokens[: finished.held], -1]])
        trim_prompt_cache(finished.cache, finished.held - kept)
        return self._continuation(pending, kept, finished.cache if kept else None)

    def _streams(self) -> list[Any]:
        """Return the streams to compute on: two on a CPU of several cores, else the default one."""
        import mlx.core as mx

        if self._loaded.description.device != "cpu" or (os.cpu_count() or 1) < 2:
            return [mx.default_stream(mx.default_device())]
        if not self._own_streams:
            self._own_streams = [mx.new_stream(mx.cpu) for _ in range(2)]
        return self._own_streams

    def _answer(self, pending: _Pending, finished: Continuation) -> Answer:
        tokenizer = self._loaded.tokenizer
        token_ids = finished.token_ids
        stopped = token_ids[-1] in tokenizer.eos_token_ids
        if stopped:
            token_ids = token_ids[:-1]
        return Answer(
            schema_version=1 if pending.question.repeat is None else 2,
            key=pending.key,
            case=pending.question.case,
            turn=pending.question.turn,
            repeat=pending.question.repeat,
            prompt=render_text(tokenizer, pending.question.messages, add_generation_prompt=True),
            prompt_tokens=len(pending.prompt),
            text=tokenizer.decode(token_ids),
            token_ids=tuple(token_ids),
            seconds=round(time.perf_counter() - pending.started, 3),
            finish_reason="stop" if stopped else "length",
        )

    def answer(
        self, questions: Sequence[Question], follow_up: Callable[[Answer], Question | None]
    ) -> Iterator[Answer]:
        """Answer the questions and whatever follows from them, each yielded when it is finished.

        A follow-up goes on from the cache of its first answer as soon as that is finished, so
        that the batch stays full. Raises CallgateError for a prompt longer than the context.
        """
        from mlx_lm.generate import wired_limit

        if not questions:
            return
        model, streams = self._loaded.model, self._streams()
        stop_tokens = set(self._loaded.tokenizer.eos_token_ids)
        choose = chooser(self._sampling)
        decoder = Decoder(model, choose, stop_tokens, streams, self._batch_size)
        waiting = [self._pending(question) for question in questions]
        running: dict[Continuation, _Pending] = {}

        def start(pending: _Pending, continuation: Continuation) -> None:
            running[continuation] = pending
            decoder.add(continuation)

        threads = one_blas_thread() if len(streams) > 1 else nullcontext()
        with wired_limit(model, streams), threads, closing(decoder):
            shared, cache = self._shared_cache([pending.prompt for pending in waiting])
            for pending in waiting:
                start(pending, self._continuation(pending, shared, cache))
            while (stepped := decoder.step()) is not None:
                generated, finished = stepped
                self._on_step(generated)
                for continuation in finished:
                    answer = self._answer(running.pop(continuation), continuation)
                    yield answer
                    question = follow_up(answer)
                    if question is not None:
                        following = self._pending(question)
                        start(following, self._follow(following, continuation))
