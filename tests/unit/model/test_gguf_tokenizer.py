import io

import pytest
import sentencepiece
from tokenizers import Tokenizer

from pipeline.model.gguf import GgufHead
from pipeline.model.gguf_tokenizer import write_tokenizer
from pipeline.model.loading import load_tokenizer

TEXTS = [
    "the files that changed",
    " two  spaces and\n\ta tab",
    "naïve 漢字 🙂 1234",
    "def add(a, b): return a + b",
    "",
]


@pytest.fixture(scope="module")
def piece_model():
    sentences = ["the cat sat on the mat and the dog", "def add(a, b): return a + b"] * 50
    content = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=content,
        model_type="bpe",
        vocab_size=330,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=content.getvalue())


def token_type(pieces, number):
    if pieces.is_control(number):
        return 3
    if pieces.is_unknown(number):
        return 2
    return 6 if pieces.is_byte(number) else 1


@pytest.fixture(scope="module")
def sentencepiece_folder(piece_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sentencepiece")
    numbers = range(piece_model.vocab_size())
    metadata = {
        "llama.context_length": 256,
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": [piece_model.id_to_piece(number) for number in numbers],
        "tokenizer.ggml.scores": [piece_model.get_score(number) for number in numbers],
        "tokenizer.ggml.token_type": [token_type(piece_model, number) for number in numbers],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.chat_template": "{{ messages[0]['content'] }}",
    }
    write_tokenizer(GgufHead(folder / "x.gguf", metadata, ()), folder)
    return folder


@pytest.mark.parametrize("text", TEXTS)
def test_a_sentencepiece_vocabulary_cuts_as_sentencepiece_does(
    sentencepiece_folder, piece_model, text
):
    tokenizer = Tokenizer.from_file(str(sentencepiece_folder / "tokenizer.json"))
    assert tokenizer.encode(text, add_special_tokens=False).ids == piece_model.encode(text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_sentencepiece_vocabulary_gives_text_back(sentencepiece_folder, text):
    tokenizer = Tokenizer.from_file(str(sentencepiece_folder / "tokenizer.json"))
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids) == text


def test_a_sentencepiece_text_begins_with_its_begin_token(sentencepiece_folder):
    tokenizer = Tokenizer.from_file(str(sentencepiece_folder / "tokenizer.json"))
    assert tokenizer.encode("the").ids[0] == 1


def test_digits_are_cut_one_by_one_for_smollm(tiny_model):
    tokenizer = load_tokenizer(tiny_model)
    assert tokenizer.convert_ids_to_tokens(tokenizer.encode("the 42")) == [
        "t", "he", "Ġ", "4", "2",
    ]  # fmt: skip


def test_the_tokenizer_stops_at_the_end_token_of_the_gguf(tiny_model):
    tokenizer = load_tokenizer(tiny_model)
    assert tokenizer.eos_token_ids == {2}
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<|im_start|>", "<|im_end|>")
