"""A Hugging Face tokenizer from the metadata of a GGUF file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from fixtures import CallgateError

from .gguf import GgufHead

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_CONTROL = 3
_USER_DEFINED = 4
_SPECIAL_ROLES = {"bos": "bos", "eos": "eos", "unknown": "unk", "padding": "pad"}

_LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_QWEN2_SPLIT = _LLAMA3_SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")
# How each byte-level vocabulary cuts text before merging, by `tokenizer.ggml.pre`.
_DIGITS = "digits"
_PLAIN = "plain"
_PRE_TOKENIZERS = {
    "smollm": _DIGITS,
    "default": _PLAIN,
    "gpt-2": _PLAIN,
    "llama-bpe": _LLAMA3_SPLIT,
    "llama3": _LLAMA3_SPLIT,
    "llama-v3": _LLAMA3_SPLIT,
    "qwen2": _QWEN2_SPLIT,
}


def _byte_level(head: GgufHead, vocabulary: dict[str, int]) -> "Tokenizer":
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    cut = head.metadata.get("tokenizer.ggml.pre", "default")
    if cut not in _PRE_TOKENIZERS:
        known = ", ".join(sorted(_PRE_TOKENIZERS))
        raise CallgateError(
            f"{head.path}: the pre-tokenizer {cut!r} is not known; callgate knows {known}"
        )
    merges = [tuple(merge.split(" ", 1)) for merge in head.metadata["tokenizer.ggml.merges"]]
    way = _PRE_TOKENIZERS[cut]
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=way == _LLAMA3_SPLIT))
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=way in (_DIGITS, _PLAIN))
    if way == _DIGITS:
        digits = pre_tokenizers.Digits(individual_digits=True)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, plain])
    elif way == _PLAIN:
        tokenizer.pre_tokenizer = plain
    else:
        words = pre_tokenizers.Split(Regex(way), behavior="isolated")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([words, plain])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _sentencepiece(head: GgufHead, vocabulary: dict[str, int]) -> "Tokenizer":
    from tokenizers import Tokenizer, decoders, models, normalizers

    scores: list[float] = head.metadata["tokenizer.ggml.scores"]
    # SentencePiece merges the pair whose union scores best; ids break ties.
    ranked = []
    for union, number in vocabulary.items():
        for cut in range(1, len(union)):
            left, right = union[:cut], union[cut:]
            if left in vocabulary and right in vocabulary:
                ranked.append((-scores[number], vocabulary[left], vocabulary[right], left, right))
    merges = [(left, right) for *_, left, right in sorted(ranked)]
    unknown = head.metadata["tokenizer.ggml.tokens"][
        head.metadata.get("tokenizer.ggml.unknown_token_id", 0)
    ]
    tokenizer = Tokenizer(
        models.BPE(vocabulary, merges, unk_token=unknown, fuse_unk=True, byte_fallback=True)
    )
    spaces: list[Any] = [normalizers.Replace(" ", "▁")]
    ends: list[Any] = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    if head.metadata.get("tokenizer.ggml.add_space_prefix", True):
        spaces.insert(0, normalizers.Prepend("▁"))
        ends.append(decoders.Strip(" ", 1, 0))
    tokenizer.normalizer = normalizers.Sequence(spaces)
    tokenizer.decoder = decoders.Sequence(ends)
    return tokenizer


_BUILDERS = {"gpt2": _byte_level, "llama": _sentencepiece}


def _settings(head: GgufHead, chat_template: str) -> dict[str, Any]:
    tokens: list[str] = head.metadata["tokenizer.ggml.tokens"]
    settings: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "model_max_length": head.metadata["llama.context_length"],
        "chat_template": chat_template,
    }
    for name, role in _SPECIAL_ROLES.items():
        number = head.metadata.get(f"tokenizer.ggml.{name}_token_id")
        if number is not None and number < len(tokens):
            settings[f"{role}_token"] = tokens[number]
    return settings


def chat_template_of(head: GgufHead) -> str:
    """Return the chat template in the metadata; raises CallgateError when there is none."""
    template = head.metadata.get("tokenizer.chat_template")
    if not isinstance(template, str) or not template.strip():
        raise CallgateError(
            f"{head.path} has no chat template (tokenizer.chat_template): take the GGUF of an "
            "instruct model"
        )
    return template


def write_tokenizer(head: GgufHead, folder: Path) -> None:
    """Write tokenizer.json and tokenizer_config.json; raises CallgateError for an unknown kind."""
    from tokenizers import AddedToken, processors

    kind = head.metadata.get("tokenizer.ggml.model")
    if kind not in _BUILDERS:
        known = ", ".join(_BUILDERS)
        raise CallgateError(f"{head.path}: the tokenizer is {kind!r}; callgate reads {known}")
    tokens: list[str] = head.metadata["tokenizer.ggml.tokens"]
    try:
        tokenizer = _BUILDERS[kind](head, {token: number for number, token in enumerate(tokens)})
    except KeyError as missing:
        raise CallgateError(f"{head.path} lacks the tokenizer metadata {missing}") from None
    types: list[int] = head.metadata.get("tokenizer.ggml.token_type", [])
    for token, token_type in zip(tokens, types, strict=False):
        if token_type in (_CONTROL, _USER_DEFINED):
            special = token_type == _CONTROL
            tokenizer.add_tokens([AddedToken(token, special=special, normalized=False)])
    settings = _settings(head, chat_template_of(head))
    begin = settings.get("bos_token")
    adds_begin = head.metadata.get("tokenizer.ggml.add_bos_token", kind == "llama")
    if begin is not None and adds_begin:
        after = processors.TemplateProcessing(
            single=f"{begin} $A",
            pair=f"{begin} $A {begin} $B",
            special_tokens=[(begin, tokens.index(begin))],
        )
        byte_level = processors.ByteLevel(trim_offsets=False)
        steps = [byte_level, after] if kind == "gpt2" else [after]
        tokenizer.post_processor = processors.Sequence(steps)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_bytes(
        orjson.dumps(settings, option=orjson.OPT_INDENT_2)
    )
