import pytest

from evals.ask.guess import RUN, WIDTHS, Guesser, best_width


def test_nothing_is_guessed_where_nothing_is_repeated():
    assert Guesser().guess([1, 2, 3, 4, 5], 4) == []


def test_guess_follows_the_last_place_of_the_same_run():
    assert Guesser().guess([7, 8, 1, 7, 8, 2, 3, 7, 8], 2) == [2, 3]


def test_guess_goes_on_round_a_loop_shorter_than_itself():
    assert Guesser().guess([5, 6, 5, 6], 5) == [5, 6, 5, 6, 5]


def test_guess_is_the_same_when_tokens_come_one_by_one():
    tokens = [3, 1, 4, 1, 5, 9, 2, 6, 3, 1, 4, 1]
    growing = Guesser()
    for end in range(1, len(tokens)):
        growing.guess(tokens[:end], 3)
    assert growing.guess(tokens, 3) == Guesser().guess(tokens, 3) == [5, 9, 2]


@pytest.mark.parametrize("length", range(RUN + 1))
def test_short_sequence_has_no_guess(length):
    assert Guesser().guess([1] * length, 3) == []


def test_no_more_is_guessed_than_asked():
    assert Guesser().guess([1, 1, 1, 1], 0) == []


def test_trust_grows_with_right_guesses_and_shrinks_with_wrong_ones():
    guesser = Guesser()
    before = guesser.trust
    guesser.learn(right=True)
    higher = guesser.trust
    guesser.learn(right=False)
    assert before < higher < 1
    assert 0 < guesser.trust < higher


def test_without_guesses_a_step_reads_one_token():
    assert best_width([], rows=8, steps=2) == 1


def test_one_trusted_row_is_read_as_widely_as_can_be():
    assert best_width([1.0], rows=1, steps=1) == WIDTHS[-1]


def test_one_trusted_row_does_not_widen_a_large_batch():
    assert best_width([0.95], rows=40, steps=2) == 1


def test_distrusted_rows_do_not_widen_a_step():
    assert best_width([0.1] * 8, rows=8, steps=2) == 1
