from itertools import pairwise

import mlx.core as mx
import pytest

from fixtures import CallgateError
from pipeline.model.train.optimizer import learning_rate_schedule, make_optimizer
from pipeline.model.train.settings import TrainingSettings

RATE = {"iterations": 20, "learning_rate": 1.0, "warmup": 4, "final_rate": 0.1}


def rates(**changes):
    schedule = learning_rate_schedule(TrainingSettings(**RATE | changes))
    return [float(schedule(mx.array(step))) for step in range(20)]


def test_the_rate_climbs_from_above_zero_to_the_highest():
    assert rates()[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_a_cosine_ends_at_the_final_share_after_the_last_step():
    schedule = learning_rate_schedule(TrainingSettings(**RATE))
    assert float(schedule(mx.array(12))) == pytest.approx(0.55)
    assert float(schedule(mx.array(20))) == pytest.approx(0.1)


def test_a_line_falls_by_equal_steps():
    falling = rates(schedule="linear")[4:]
    assert [after - before for before, after in pairwise(falling)] == (
        pytest.approx([-0.9 / 16] * 15)
    )


def test_a_constant_rate_stays():
    assert rates(schedule="constant", warmup=0) == [1.0] * 20


def test_a_rate_that_falls_in_fewer_steps_stays_at_its_end():
    falling = rates(schedule="linear", decay=4)
    assert falling[4:8] == pytest.approx([1.0, 0.775, 0.55, 0.325])
    assert falling[8:] == pytest.approx([0.1] * 12)


def test_steps_are_counted_in_summed_batches():
    schedule = learning_rate_schedule(TrainingSettings(**RATE | {"accumulate": 2}))
    assert float(schedule(mx.array(10))) == pytest.approx(0.1)


@pytest.mark.parametrize(("clip", "moved"), [(1.0, [0.6, 0.8]), (5.0, [3.0, 4.0]), (0, [3.0, 4.0])])
def test_a_gradient_is_cut_to_the_length_of_the_clip(clip, moved):
    settings = TrainingSettings(
        optimizer="sgd", schedule="constant", learning_rate=1.0, warmup=0, clip=clip
    )
    optimizer = make_optimizer(settings)
    moved_to = optimizer.apply_gradients({"w": mx.array([3.0, 4.0])}, {"w": mx.zeros(2)})
    assert (-moved_to["w"]).tolist() == pytest.approx(moved, rel=1e-5)


def test_options_reach_the_optimizer():
    options = '{"weight_decay": 0.25, "betas": [0.5, 0.75]}'
    optimizer = make_optimizer(TrainingSettings(optimizer="adamw", optimizer_options=options))
    assert (optimizer.weight_decay, optimizer.betas) == (0.25, [0.5, 0.75])


def test_an_option_that_the_optimizer_has_not_is_refused():
    settings = TrainingSettings(optimizer="adam", optimizer_options='{"momentum": 0.9}')
    with pytest.raises(CallgateError) as caught:
        make_optimizer(settings)
    assert str(caught.value) == (
        "optimizer_options: adam has no momentum: it has betas, eps, bias_correction"
    )
