import pytest

from evals.ask.row_cache import ROOM_STEP, RowCache


@pytest.fixture
def tokens():
    """Make keys of two heads, three wide, in which every number tells row and token."""
    import mlx.core as mx

    def make(*rows):
        content = mx.array(rows, mx.float32)[:, None, :, None]
        return mx.broadcast_to(content, (len(rows), 2, len(rows[0]), 3))

    return make


@pytest.fixture
def single(tokens):
    """Make an mlx-lm cache that holds one sequence."""
    from mlx_lm.models.cache import KVCache

    def make(*numbers):
        cache = KVCache()
        if numbers:
            cache.update_and_fetch(tokens(numbers), tokens(numbers))
        return cache

    return make


def held(cache, row):
    one = cache.extract(row)
    assert one.keys.tolist() == one.values.tolist()
    return one.keys[0, 0, :, 0].tolist()


def test_merged_rows_keep_their_own_tokens(single):
    cache = RowCache.merge([single(1, 2, 3), single(4), single()])
    assert [held(cache, row) for row in range(3)] == [[1, 2, 3], [4], []]


def test_rows_are_written_where_each_of_them_ends(single, tokens):
    cache = RowCache.merge([single(1, 2, 3), single(4)])
    cache.update_and_fetch(tokens([8, 9], [6, 7]), tokens([8, 9], [6, 7]))
    assert [held(cache, row) for row in range(2)] == [[1, 2, 3, 8, 9], [4, 6, 7]]
    assert cache.offset.tolist() == [5, 3]


def test_tokens_that_are_taken_back_are_overwritten(single, tokens):
    cache = RowCache.merge([single(1, 2, 3), single(4)])
    cache.update_and_fetch(tokens([8, 9], [6, 7]), tokens([8, 9], [6, 7]))
    cache.set_lengths([3, 2])
    cache.update_and_fetch(tokens([5], [5]), tokens([5], [5]))
    assert [held(cache, row) for row in range(2)] == [[1, 2, 3, 5], [4, 6, 5]]


def test_padding_of_a_prompt_is_taken_back(single, tokens):
    cache = RowCache.merge([single(1), single(1)])
    cache.prepare(lengths=[3, 1], right_padding=[0, 2])
    padded = tokens([2, 3, 4], [2, 0, 0])
    cache.update_and_fetch(padded, padded)
    cache.finalize()
    assert [held(cache, row) for row in range(2)] == [[1, 2, 3, 4], [1, 2]]


def test_mask_shows_a_token_itself_and_what_its_row_holds(single):
    cache = RowCache.merge([single(1, 2), single(3)])
    mask = cache.make_mask(2)
    assert mask[:, 0].tolist() == [[[1, 1, 1, 0], [1, 1, 1, 1]], [[1, 1, 0, 0], [1, 1, 1, 0]]]


def test_mask_of_a_window_hides_what_is_further_back(single):
    cache = RowCache.merge([single(1, 2, 3)])
    assert cache.make_mask(1, window_size=2).tolist() == [[[[False, False, True, True]]]]


def test_rows_of_another_batch_are_taken_in(single):
    cache = RowCache.merge([single(1, 2)])
    cache.extend(RowCache.merge([single(*range(ROOM_STEP + 5)), single(9)]))
    assert [held(cache, row) for row in (0, 2)] == [[1, 2], [9]]
    assert held(cache, 1) == list(range(ROOM_STEP + 5))


def test_rows_that_hold_nothing_are_taken_in(single, tokens):
    cache = RowCache.merge([single(1, 2)])
    cache.extend(RowCache.merge([single()]))
    cache.update_and_fetch(tokens([3], [4]), tokens([3], [4]))
    assert [held(cache, row) for row in range(2)] == [[1, 2, 3], [4]]


def test_rows_are_taken_in_by_rows_that_hold_nothing(single, tokens):
    cache = RowCache.merge([single()])
    cache.extend(RowCache.merge([single(1, 2)]))
    cache.update_and_fetch(tokens([3], [4]), tokens([3], [4]))
    assert [held(cache, row) for row in range(2)] == [[3], [1, 2, 4]]


def test_rows_that_are_kept_keep_their_order(single):
    cache = RowCache.merge([single(1, 2), single(3), single(4, 5)])
    cache.filter([2, 0])
    assert [held(cache, row) for row in range(2)] == [[4, 5], [1, 2]]


def test_room_grows_when_a_row_is_full(tokens):
    cache = RowCache([0])
    for number in range(ROOM_STEP + 1):
        cache.update_and_fetch(tokens([number]), tokens([number]))
    assert held(cache, 0) == list(range(ROOM_STEP + 1))
