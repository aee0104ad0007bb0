from evals.ask.mlx_engine import LARGEST_BATCH, default_batch_size

EMBEDDED = {
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "hidden_size": 576,
}
LARGE = {
    "num_hidden_layers": 64,
    "num_attention_heads": 40,
    "num_key_value_heads": 8,
    "head_dim": 128,
}


def test_a_small_model_gets_the_largest_batch():
    assert default_batch_size(EMBEDDED, 1024, 24 * 2**30) == LARGEST_BATCH


def test_a_large_model_gets_what_an_eighth_of_memory_holds():
    # 64 layers x 8 heads x 128 wide, keys and values of 4 bytes: 0.5 MiB a token.
    assert default_batch_size(LARGE, 1024, 64 * 2**30) == 16


def test_there_is_always_room_for_one():
    assert default_batch_size(LARGE, 100_000, 2**30) == 1
