import pytest

from pipeline.model.fidelity.comparing import Compared
from pipeline.model.fidelity.findings import findings_of


def pair(reference, model, agreement, divergence=None):
    return Compared(
        reference=reference,
        model=model,
        agreement=agreement,
        same_answers=0,
        divergence=divergence,
    )


def sound(taught=1.5, fused=(0.999, 1e-5, 0.55), quantized=(0.95, 0.04, 0.54)):
    return [
        pair("adapter", "base", 0.55, taught),
        pair("adapter", "fused", *fused[:2]),
        pair("base", "fused", fused[2]),
        pair("fused", "5bit", *quantized[:2]),
        pair("base", "5bit", quantized[2]),
    ]


def found(pairs):
    return [(finding.severity, finding.id) for finding in findings_of(pairs)]


def test_sound_models_have_no_finding():
    assert found(sound()) == []


@pytest.mark.parametrize("fused", [(0.56, 1.4, 0.98), (0.97, 0.9, 0.6), (0.6, 0.1, 0.61)])
def test_a_fused_model_that_behaves_like_its_base_is_an_error(fused):
    assert found(sound(fused=fused)) == [("error", "like_base")]


def test_what_is_said_of_a_fused_model_that_behaves_like_its_base():
    (finding,) = findings_of(sound(fused=(0.56, 1.4, 0.98)))
    assert finding.message == (
        "the fused model behaves like its base: it agrees with the base on 98.0% of the tokens and "
        "with the adapter one on 56.0%, and lost 93.3% of what the adapter taught; fuse again with "
        "`callgate fuse`, which never quantizes"
    )


@pytest.mark.parametrize("fused", [(0.979, 0.009, 0.55), (0.99, 0.011, 0.55)])
def test_a_fused_model_that_is_not_the_adapters_is_an_error(fused):
    assert found(sound(fused=fused)) == [("error", "not_the_adapter")]


def test_an_adapter_that_taught_nothing_hides_everything_else():
    pairs = sound(taught=0.0009, fused=(0.5, 2.0, 0.9))
    assert found(pairs) == [("error", "nothing_taught")]


def test_a_quantized_model_that_behaves_like_its_base_is_an_error():
    (finding,) = findings_of(sound(quantized=(0.6, 1.2, 0.9)))
    assert finding.severity == "error"
    assert finding.message.startswith("5bit behaves like its base: it agrees with the base on 90.0")


def test_a_quantized_model_that_differs_much_is_a_warning():
    assert found(sound(quantized=(0.89, 0.2, 0.54))) == [("warning", "another_model")]
