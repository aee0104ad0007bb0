"""Profiles: what a TOML file may say, and what is said of one that is wrong."""

import pytest

from fixtures import CallgateError
from pipeline.build.profile import built_in, read_profile
from pipeline.files import CHECKOUT
from pipeline.model.embedded import EMBEDDED_MODEL_UNQUANTIZED
from pipeline.model.recipe import Recipe, Rule


@pytest.fixture
def write(tmp_path):
    def write(text):
        file = tmp_path / "mine.toml"
        file.write_text('base = "models/base"\ndata = "data"\n' + text, encoding="utf-8")
        return file

    return write


def problem_of(file):
    with pytest.raises(CallgateError) as problem:
        read_profile(str(file))
    return str(problem.value).removeprefix(f"{file}: ")


def test_the_embedded_profile_is_of_the_embedded_model_and_our_data():
    name, profile = read_profile("embedded")
    assert name == "embedded"
    assert profile.base == str(EMBEDDED_MODEL_UNQUANTIZED)
    assert profile.data == str(CHECKOUT / "data" / "further")
    assert profile.quantize.bits == 5


def test_the_embedded_profile_goes_on_from_a_first_training_with_the_same_matrices():
    _, profile = read_profile("embedded")
    _, first = read_profile(profile.start)
    assert first.data == str(CHECKOUT / "data" / "balanced")
    assert first.start == ""
    for name in ("rank", "scale", "layers", "keys"):
        assert getattr(first.settings, name) == getattr(profile.settings, name)


def test_a_profile_to_start_from_is_a_built_in_one_or_a_file_beside_it(write, tmp_path):
    assert read_profile(str(write('start = "production"')))[1].start == "production"
    _, profile = read_profile(str(write('start = "first.toml"')))
    assert profile.start == str(tmp_path / "first.toml")


def test_the_production_profile_has_the_figures_of_the_32b_model():
    _, profile = read_profile("production")
    settings = profile.settings
    assert (settings.iterations, settings.batch_size, settings.layers) == (800, 1, 8)
    assert settings.learning_rate == 1e-4
    assert profile.fuse.dtype == "float16"
    assert profile.quantize.recipe == Recipe(5, 64)
    assert profile.keep == ("quantized",)


def test_every_built_in_profile_is_valid():
    assert list(built_in()) == ["embedded", "embedded-first", "production"]
    for name in built_in():
        assert read_profile(name)[1].description


def test_paths_of_a_file_start_where_it_lies(write, tmp_path):
    name, profile = read_profile(str(write("")))
    assert name == "mine"
    assert profile.base == str(tmp_path / "models" / "base")
    assert profile.data == str(tmp_path / "data")


def test_a_profile_takes_training_settings_fixers_and_rules_for_layers(write):
    text = """
[train]
rank = 16
[clean]
fixers = ["preambles"]
[quantize]
bits = 4
keep = ["embed=8/32", "v_proj=wide"]
"""
    _, profile = read_profile(str(write(text)))
    assert profile.settings.rank == 16
    assert profile.settings_with(7).seed == 7
    assert profile.clean.fixers == ("preambles",)
    rules = (Rule("embed", 8, 32), Rule("v_proj", None))
    assert profile.quantize.recipe == Recipe(4, 64, rules)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 1", "profile: key 'colour': Extra inputs are not permitted"),
        (
            "[clean]\nfixers = ['spelling']",
            "profile: key 'clean.fixers': Value error, no fixer is named 'spelling'; known: "
            "double_wraps, roles, contamination, announcements, preambles, trailing, envelope, "
            "duplicates, leakage",
        ),
        ("[train]\niterations = 0", "iterations is 0: it must be at least 1"),
        ("[train]\nrank = 'high'", "rank is 'high': it must be of type int"),
        (
            "[quantize]\nbits = 7",
            "cannot quantize to 7 bits in groups of 64: bits are one of 2, 3, 4, 5, 6, 8 and "
            "groups one of 32, 64, 128",
        ),
        (
            "[quantize]\nkeep = ['embed']",
            "profile: key 'quantize.keep': Value error, 'embed' is no rule: write LAYERS=BITS, "
            "LAYERS=BITS/GROUP or LAYERS=wide",
        ),
        (
            "[evaluate]\nmodels = []",
            "profile: key 'evaluate.models': Value error, name one model or both, each once",
        ),
    ],
)
def test_a_wrong_profile_is_refused_with_table_and_key(write, text, message):
    assert problem_of(write(text)) == message


def test_an_unknown_name_lists_the_known_ones():
    assert problem_of("mine") == (
        "there is no profile 'mine': give one of embedded, embedded-first, production, or a TOML "
        "file"
    )


def test_workers_must_be_able_to_share_a_batch(write):
    _, profile = read_profile(str(write("workers = 2\n[train]\nbatch_size = 4\n")))
    assert profile.workers == 2
    assert problem_of(write("workers = 2\n")) == (
        "batch_size is 1: it must be a multiple of the workers (2)"
    )
    assert problem_of(write("workers = 0\n")) == (
        "profile: key 'workers': Input should be greater than or equal to 1"
    )
