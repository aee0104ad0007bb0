from pipeline.model.train.bench import Iteration, Side, sample, table


def test_a_sample_is_as_long_as_the_data():
    lines = [b"x" * length for length in (90, 10, 50, 70, 30, 20)]
    assert [len(line) for line in sample(lines, 3)] == [20, 50, 90]
    assert sample(lines, 6) == sorted(lines, key=len)


def test_a_side_is_as_fast_as_all_its_iterations():
    side = Side("plain", (Iteration(100, 3.0, 3.0), Iteration(50, 1.0, 2.0)))
    assert (side.tokens, side.seconds, side.speed) == (150, 4.0, 37.5)


def test_the_table_ends_with_the_ratios():
    ours = Side("ours", (Iteration(300, 1.0, 2.0), Iteration(300, 1.0, 1.5)))
    plain = Side("plain, as it is", (Iteration(400, 20.0, 2.5),))
    assert table([ours], [plain]) == [
        "                 iterations   tokens   seconds  tokens/s  last loss",
        "ours                      2      600       2.0     300.0      1.500",
        "plain, as it is           1      400      20.0      20.0      2.500",
        "measured: ours, reads 15.0 times as many tokens a second as plain, as it is",
    ]
