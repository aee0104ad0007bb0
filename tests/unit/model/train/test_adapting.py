import pytest
from mlx.utils import tree_flatten

from fixtures import CallgateError
from pipeline.model.train.adapting import adapt, lora_parameters
from pipeline.model.train.settings import TrainingSettings


def trained(model) -> set[str]:
    names = (name for name, _ in tree_flatten(model.trainable_parameters()))
    return {name.removesuffix(".lora_a") for name in names if name.endswith(".lora_a")}


def test_the_last_blocks_are_adapted_and_nothing_else_is_learnt(plain):
    model = plain()
    assert adapt(model, TrainingSettings(layers=1)) == 1
    assert {name.split(".")[2] for name in trained(model)} == {"1"}
    assert len(trained(model)) == 7


def test_keys_choose_the_layers(plain):
    model = plain()
    settings = TrainingSettings(keys="self_attn.q_proj, mlp.up_proj")
    assert adapt(model, settings) == 2
    assert trained(model) == {
        f"model.layers.{block}.{name}"
        for block in (0, 1)
        for name in ("self_attn.q_proj", "mlp.up_proj")
    }
    assert lora_parameters(settings)["keys"] == ["self_attn.q_proj", "mlp.up_proj"]


def test_the_seed_decides_the_first_weights(plain):
    def first(seed):
        model = plain()
        adapt(model, TrainingSettings(seed=seed))
        return model.layers[0].self_attn.q_proj.lora_a.tolist()

    assert first(1) == first(1)
    assert first(1) != first(2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layers": 3}, "layers is 3: the model has 2 blocks"),
        (
            {"keys": "self_attn.q_proj,q_proj"},
            "keys: no layer is called 'q_proj': blocks have mlp.down_proj, mlp.gate_proj, "
            "mlp.up_proj, self_attn.k_proj, self_attn.o_proj, self_attn.q_proj, self_attn.v_proj",
        ),
    ],
)
def test_layers_that_are_not_there_are_refused(plain, settings, message):
    with pytest.raises(CallgateError) as caught:
        adapt(plain(), TrainingSettings(**settings))
    assert str(caught.value) == message
