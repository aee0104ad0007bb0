from argparse import ArgumentTypeError, Namespace

import pytest

from evals.number_options import positive, probability, temperature
from evals.options import check_drawing
from fixtures import CallgateError


def options(**given):
    names = ("replay", "repeats", "temperature", "top_p", "seed")
    return Namespace(**dict.fromkeys(names) | given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"temperature": 0.0},
        {"repeats": 1},
        {"repeats": 5, "temperature": 0.7},
        {"temperature": 0.7, "top_p": 0.9, "seed": 3},
        {"replay": "latest"},
    ],
)
def test_options_that_do_something_are_taken(given):
    check_drawing(options(**given))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"repeats": 5},
            "--repeats 5 at temperature 0 gives 5 equal answers: add --temperature 0.7, or ask "
            "once",
        ),
        (
            {"repeats": 2, "temperature": 0.0},
            "--repeats 2 at temperature 0 gives 2 equal answers: add --temperature 0.7, or ask "
            "once",
        ),
        (
            {"top_p": 0.9},
            "--top-p does nothing at temperature 0, which takes the likeliest token: add "
            "--temperature 0.7",
        ),
        (
            {"seed": 0},
            "--seed does nothing at temperature 0, which takes the likeliest token: add "
            "--temperature 0.7",
        ),
        (
            {"replay": "1", "repeats": 5, "temperature": 0.7},
            "--repeats is for asking a model: --replay judges the answers that were recorded",
        ),
        (
            {"replay": "1", "temperature": 0.0},
            "--temperature is for asking a model: --replay judges the answers that were recorded",
        ),
    ],
)
def test_options_that_would_do_nothing_are_refused(given, sentence):
    with pytest.raises(CallgateError) as raised:
        check_drawing(options(**given))
    assert str(raised.value) == sentence


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "warm", ""])
def test_a_temperature_is_a_number_of_at_least_0(text):
    assert temperature("0") == 0
    assert temperature("0.7") == 0.7
    with pytest.raises(ArgumentTypeError) as raised:
        temperature(text)
    assert str(raised.value) == f"{text!r} is not a number of at least 0"


@pytest.mark.parametrize("text", ["0", "-0.5", "1.5", "nan", "most"])
def test_top_p_is_a_probability(text):
    assert probability("1") == 1
    with pytest.raises(ArgumentTypeError) as raised:
        probability(text)
    assert str(raised.value) == f"{text!r} is not a number over 0 and up to 1"


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", ""])
def test_a_count_is_a_whole_number_of_at_least_1(text):
    assert positive("1") == 1
    with pytest.raises(ArgumentTypeError) as raised:
        positive(text)
    assert str(raised.value) == f"{text!r} is not a whole number of at least 1"
