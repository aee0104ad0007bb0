"""Asking a model with MLX in this process, in batches that are kept full."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from fixtures import CallgateError
from pipeline.model.chat import render, render_text
from pipeline.model.loading import LoadedModel

from .answer import Answer, Question, Sampling, answer_key

if TYPE_CHECKING:
    from mlx_lm.generate import BatchGenerator, GenerationBatch

# Beyond this a batch computes no faster, and its memory is better left to the caches.
LARGEST_BATCH = 64
# How many prompts are read together; padding wastes more as they grow in number.
PROMPTS_AT_ONCE = 16


class StepListener(Protocol):
    """Told of every token step, so that progress can be shown."""

    def __call__(self, new_tokens: int, /) -> None:
        """Take note of tokens that were generated."""


def _no_listener(_: int) -> None:
    """Show no progress."""


@dataclass
class _Pending:
    """A question that is being answered."""

    question: Question
    prompt: list[int]
    started: float
    token_ids: list[int] = field(default_factory=list)


def default_batch_size(config: dict[str, Any], tokens: int, memory_bytes: int) -> int:
    """Return how many answers of `tokens` tokens may have their caches in an eighth of memory.

    `config` is the model's config.json; two bytes a value, keys and values, every layer.
    """
    heads = config.get("num_key_value_heads") or config.get("num_attention_heads") or 1
    width = config.get("head_dim") or (
        config.get("hidden_size", 0) // (config.get("num_attention_heads") or 1)
    )
    bytes_each = int(4 * config.get("num_hidden_layers", 1) * heads * width * tokens)
    return max(1, min(LARGEST_BATCH, memory_bytes // 8 // max(1, bytes_each)))


def _common_prefix(sequences: Sequence[Sequence[int]]) -> int:
    """Return how many leading tokens all sequences share, leaving each at least one of its own."""
    longest = min(map(len, sequences)) - 1
    for position in range(longest):
        if len({sequence[position] for sequence in sequences}) > 1:
            return position
    return max(0, longest)


class MlxEngine:
    """An engine over a loaded model: greedy and seeded."""

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

    def _pending(self, question: Question) -> _Pending:
        prompt = render(self._loaded.tokenizer, question.messages, add_generation_prompt=True)
        context = self._loaded.description.context_length
        if context is not None and len(prompt) >= context:
            raise CallgateError(
                f"case {question.case}, turn {question.turn}: the prompt has {len(prompt)} tokens "
                f"and the model reads {context}: shorten the query or the system prompt"
            )
        return _Pending(question, prompt, time.perf_counter())

    def _room(self, pending: _Pending) -> int:
        context = self._loaded.description.context_length
        most = self._sampling.max_tokens
        return most if context is None else min(most, context - len(pending.prompt))

    def _shared_prefix(self, prompts: Sequence[Sequence[int]]) -> tuple[int, Any]:
        """Read the tokens that all prompts begin with once; return their number and the cache."""
        import mlx.core as mx
        from mlx_lm.models.cache import can_trim_prompt_cache, make_prompt_cache

        shared = _common_prefix(prompts) if len(prompts) > 1 else 0
        cache = make_prompt_cache(self._loaded.model)
        if shared < 2 or not can_trim_prompt_cache(cache):
            return 0, None
        self._loaded.model(mx.array([prompts[0][:shared]]), cache=cache)
        mx.eval([layer.state for layer in cache])
        return shared, cache

    def _answer(self, pending: _Pending, finish_reason: str) -> Answer:
        tokenizer = self._loaded.tokenizer
        fingerprint = self._loaded.description.fingerprint
        return Answer(
            key=answer_key(fingerprint, pending.prompt, self._sampling),
            case=pending.question.case,
            turn=pending.question.turn,
            prompt=render_text(tokenizer, pending.question.messages, add_generation_prompt=True),
            prompt_tokens=len(pending.prompt),
            text=tokenizer.decode(pending.token_ids),
            token_ids=tuple(pending.token_ids),
            seconds=round(time.perf_counter() - pending.started, 3),
            finish_reason="stop" if finish_reason == "stop" else "length",
        )

    def answer(
        self, questions: Sequence[Question], follow_up: Callable[[Answer], Question | None]
    ) -> Iterator[Answer]:
        """Answer the questions and whatever follows from them, each yielded when it is finished.

        A follow-up goes on from the cache of its first answer as soon as that is finished, so
        that the batch stays full. Raises CallgateError for a prompt longer than the context.
        """
        import mlx.core as mx
        from mlx_lm.generate import BatchGenerator

        if not questions:
            return
        mx.random.seed(self._sampling.seed)
        waiting = [self._pending(question) for question in questions]
        shared, cache = self._shared_prefix([pending.prompt for pending in waiting])
        generator = BatchGenerator(
            self._loaded.model,
            stop_tokens=[[token] for token in self._loaded.tokenizer.eos_token_ids],
            completion_batch_size=self._batch_size,
            prefill_batch_size=min(self._batch_size, PROMPTS_AT_ONCE),
        )
        try:
            inserted = generator.insert(
                [pending.prompt[shared:] for pending in waiting],
                [self._room(pending) for pending in waiting],
                caches=[cache] * len(waiting),
                all_tokens=[pending.prompt[:shared] for pending in waiting],
            )
            running = dict(zip(inserted, waiting, strict=True))
            while responses := generator.next_generated():
                self._on_step(len(responses))
                for response in responses:
                    pending = running[response.uid]
                    if response.finish_reason != "stop":
                        pending.token_ids.append(response.token)
                    if response.finish_reason is None:
                        continue
                    answer = self._answer(running.pop(response.uid), response.finish_reason)
                    yield answer
                    question = follow_up(answer)
                    if question is not None:
                        number, following = self._insert_follow_up(generator, question, response)
                        running[number] = following
        finally:
            generator.close()

    def _insert_follow_up(
        self, generator: "BatchGenerator", question: Question, finished: "GenerationBatch.Response"
    ) -> tuple[int, _Pending]:
        """Put the next turn into the batch, on the cache of the finished one where it fits."""
        from mlx_lm.models.cache import can_trim_prompt_cache, trim_prompt_cache

        pending = self._pending(question)
        cache, read = finished.prompt_cache, list(finished.all_tokens)
        kept = 0
        if can_trim_prompt_cache(cache):
            # What the template makes of the answer may differ from what was generated.
            kept = _common_prefix([pending.prompt, [*read, -1]])
            trim_prompt_cache(cache, len(read) - kept)
        (number,) = generator.insert(
            [pending.prompt[kept:]],
            [self._room(pending)],
            caches=[cache if kept else None],
            all_tokens=[pending.prompt[:kept]],
        )
        return number, pending
