import pytest

from fixtures import CallgateError
from pipeline.model.recipe import Layer, Recipe, Rule, Setting, matches, parse_rule, setting_of

EMBEDDING = Layer("model.embed_tokens", 64, is_embedding=True, is_tied=True)
VALUES = Layer("model.layers.0.self_attn.v_proj", 64, is_embedding=False, is_tied=False)
DOWN = Layer("model.layers.11.mlp.down_proj", 128, is_embedding=False, is_tied=False)
HEAD = Layer("lm_head", 64, is_embedding=False, is_tied=False)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("embed=8", Rule("embed", 8)),
        ("v_proj=6/32", Rule("v_proj", 6, 32)),
        ("model.layers.0.*=wide", Rule("model.layers.0.*", None)),
    ],
)
def test_a_rule_is_read_and_written_back(text, rule):
    assert parse_rule(text) == rule
    assert str(rule) == text


@pytest.mark.parametrize("text", ["embed", "embed=", "=8", "embed=8/", "embed=eight", "embed=-8"])
def test_what_is_no_rule_is_said(text):
    with pytest.raises(ValueError, match=r"is no rule: write LAYERS=BITS, LAYERS=BITS/GROUP or"):
        parse_rule(text)


@pytest.mark.parametrize(
    ("which", "layers"),
    [
        ("embed", {EMBEDDING}),
        ("head", {EMBEDDING, HEAD}),
        ("first", {VALUES}),
        ("last", {DOWN}),
        ("v_proj", {VALUES}),
        ("mlp", {DOWN}),
        ("model.layers.1*.down_proj", {DOWN}),
        ("*_proj", {VALUES, DOWN}),
        ("proj", set()),
    ],
)
def test_a_rule_means_layers_by_what_they_are(which, layers):
    every = (EMBEDDING, VALUES, DOWN, HEAD)
    assert {layer for layer in every if matches(which, layer, blocks=12)} == layers


def test_an_embedding_that_is_not_the_head_is_no_head():
    assert not matches("head", EMBEDDING._replace(is_tied=False), blocks=12)


def test_of_several_rules_for_a_layer_the_last_one_wins():
    recipe = Recipe(4, 64, (parse_rule("*_proj=6"), parse_rule("v_proj=8/32")))
    assert setting_of(recipe, VALUES, 12) == Setting(8, 32)
    assert setting_of(recipe, DOWN, 12) == Setting(6, 64)
    assert setting_of(recipe, HEAD, 12) == Setting(4, 64)
    wide = Recipe(4, 64, (*recipe.rules, parse_rule("first=wide")))
    assert setting_of(wide, VALUES, 12) is None


@pytest.mark.parametrize(
    ("recipe", "bits", "group_size"),
    [(Recipe(7, 64), 7, 64), (Recipe(5, 48), 5, 48), (Recipe(5, 64, (Rule("embed", 9),)), 9, 64)],
)
def test_bits_and_groups_that_mlx_lacks_are_refused(recipe, bits, group_size):
    with pytest.raises(CallgateError) as caught:
        recipe.check()
    assert str(caught.value) == (
        f"cannot quantize to {bits} bits in groups of {group_size}: bits are one of "
        "2, 3, 4, 5, 6, 8 and groups one of 32, 64, 128"
    )
