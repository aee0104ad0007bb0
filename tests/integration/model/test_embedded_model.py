import mlx.core as mx
import pytest

from pipeline.model import embedded
from pipeline.model.chat import render
from pipeline.model.folder import check_model_folder
from pipeline.model.loading import load_model, load_tokenizer
from pipeline.model.proof import EXPECTED_CHAT, EXPECTED_CHAT_IDS, ROUND_TRIP, answer


@pytest.fixture(scope="module")
def quantized(embedded_folders):
    return load_model(embedded_folders.quantized)


def test_a_chat_has_the_pinned_token_ids(embedded_folders):
    tokenizer = load_tokenizer(embedded_folders.wide)
    ids = render(tokenizer, EXPECTED_CHAT, add_generation_prompt=True)
    assert tuple(ids) == EXPECTED_CHAT_IDS


def test_every_special_token_is_a_single_id(embedded_folders):
    tokenizer = load_tokenizer(embedded_folders.wide)
    for number in range(17):
        token = tokenizer.convert_ids_to_tokens(number)
        assert tokenizer.encode(f"a{token}b", add_special_tokens=False)[1] == number


def test_the_tokenizer_gives_text_back(embedded_folders):
    tokenizer = load_tokenizer(embedded_folders.quantized)
    ids = tokenizer.encode(ROUND_TRIP, add_special_tokens=False)
    assert tokenizer.decode(ids) == ROUND_TRIP


def test_the_quantized_model_knows_the_capital_of_france(quantized):
    assert "Paris" in answer(quantized, embedded.QUESTION)


def test_the_quantized_model_ranks_tokens_as_the_wide_one_does(quantized, embedded_folders):
    ids = mx.array([EXPECTED_CHAT_IDS])
    wide = load_model(embedded_folders.wide).model(ids)
    near = quantized.model(ids)
    agree = mx.mean((mx.argmax(wide, axis=-1) == mx.argmax(near, axis=-1)).astype(mx.float32))
    assert agree.item() > 0.7


def test_the_widened_model_computes_what_the_packed_one_does(quantized, embedded_folders):
    from mlx_lm.utils import load_model as load_packed

    packed, _ = load_packed(embedded_folders.quantized)
    packed.set_dtype(mx.float32)
    ids = mx.array([EXPECTED_CHAT_IDS[-6:]])
    difference = mx.abs(packed(ids) - quantized.model(ids))
    assert mx.max(difference).item() < 1e-2


def test_the_description_says_what_was_loaded(quantized):
    description = quantized.description
    assert (description.bits, description.group_size) == (5, 64)
    assert description.context_length == 8192
    assert description.parameters == 134_515_008


def test_the_folder_is_whole_and_small(embedded_folders):
    config = check_model_folder(embedded_folders.quantized)
    assert config["rope_theta"] == 100000.0
    assert (embedded_folders.quantized / "model.safetensors").stat().st_size < 95e6
