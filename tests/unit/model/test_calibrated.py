"""AWQ and DWQ, which are mlx-lm's: that they are given our rows, and what comes out is stored."""

import json
from dataclasses import replace

import mlx.core as mx
import pytest
from mlx.utils import tree_flatten

from fixtures import CallgateError
from pipeline.cli import main
from pipeline.model.awq import scale_and_clip, windows
from pipeline.model.loading import load_lazily, load_model
from pipeline.model.quantize_command import QuantizeRecord
from pipeline.model.sample import rows_for

QUESTION = "Which files of part {} changed?"


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "train.jsonl"
    with path.open("w") as lines:
        for number in range(40):
            asked = {"role": "user", "content": QUESTION.format(number)}
            answer = {"role": "assistant", "content": f"git_status('part{number}')"}
            lines.write(json.dumps({"messages": [asked, answer]}) + "\n")
    return path


def quantize(model, out, *more):
    words = ["quantize", str(model), "--bits", "4", "--group-size", "32", "-o", str(out)]
    return main([*words, *map(str, more)])


def distance(model, made, data):
    """The mean square by which the logits of a quantized model are off, over the rows."""
    wide, narrow = load_model(model), load_model(made).model
    rows = [mx.array([row.tokens]) for row in rows_for(wide, data)]
    squares = [mx.square(narrow(row) - wide.model(row)) for row in rows]
    return sum(mx.mean(square).item() for square in squares) / len(rows)


@pytest.fixture
def uneven_model(model_copy):
    """A model some of whose inputs are far larger than others, as those of trained ones are."""
    file = model_copy / "model.safetensors"
    weights = mx.load(str(file))
    larger = mx.where(mx.arange(64) % 16 == 0, 12.0, 1.0)
    for name, weight in weights.items():
        if "layernorm" in name:
            weights[name] = (weight * larger[: weight.size]).astype(weight.dtype)
    mx.save_safetensors(str(file), weights, metadata={"format": "mlx"})
    return model_copy


@pytest.mark.parametrize(("method", "count"), [("awq", 5), ("dwq", 40)])
def test_answers_to_the_rows_change_less(uneven_model, tmp_path, data, method, count):
    assert quantize(uneven_model, tmp_path / "plain") == 0
    rows = ["--calibration", data, "--calibration-rows", count, "--method", method]
    assert quantize(uneven_model, tmp_path / "out", *rows) == 0
    found, plain = (distance(uneven_model, tmp_path / name, data) for name in ("out", "plain"))
    assert found < plain
    record = (tmp_path / "out" / "callgate_quantize.json").read_bytes()
    assert QuantizeRecord.model_validate_json(record).method == method


@pytest.mark.parametrize(("method", "count"), [("awq", 2), ("dwq", 30)])
def test_weights_are_stored_as_they_are_without_rows(tiny_model, tmp_path, data, method, count):
    assert quantize(tiny_model, tmp_path / "plain") == 0
    rows = ["--calibration", data, "--calibration-rows", count, "--method", method]
    assert quantize(tiny_model, tmp_path / "out", *rows) == 0
    plain, made = (
        [(name, array.shape, array.dtype) for name, array in tree_flatten(model.parameters())]
        for model in map(load_lazily, (tmp_path / "plain", tmp_path / "out"))
    )
    assert made == plain


def test_rows_are_cut_into_texts_of_equal_length():
    assert windows([[1, 2, 3], [4], [5, 6, 7]], 3) == [[1, 2, 3], [4, 5, 6]]


def test_few_tokens_are_one_text():
    assert windows([[1, 2], [3]], 512) == [[1, 2, 3]]


def test_awq_refuses_layers_with_settings_of_their_own(tiny_model, tmp_path, data, capsys):
    rows = ["--calibration", data, "--method", "awq", "--keep", "v_proj=6"]
    assert quantize(tiny_model, tmp_path / "out", *rows) == 2
    assert capsys.readouterr().err.endswith(
        "awq rounds all linear layers alike: leave out --keep for them, and choose a --group-size "
        "that every width is a multiple of\n"
    )
    assert not (tmp_path / "out").exists()


def test_awq_refuses_a_kind_that_mlx_lm_has_none_for(tiny_model):
    wide = load_model(tiny_model)
    other = replace(wide, description=replace(wide.description, model_type="mamba"))
    with pytest.raises(CallgateError) as caught:
        scale_and_clip(other, load_lazily(tiny_model), {}, [(1, 2)])
    assert str(caught.value).startswith("mlx-lm has no awq for mamba: known are deepseek_v2, ")


def test_too_few_rows_to_learn_from_are_refused(tiny_model, tmp_path, data, capsys):
    rows = ["--calibration", data, "--method", "dwq", "--calibration-rows", 24]
    assert quantize(tiny_model, tmp_path / "out", *rows) == 2
    assert capsys.readouterr().err.endswith(
        "callgate: error: dwq needs 25 rows or more, and is given 24\n"
    )


def test_a_method_without_rows_is_refused(tiny_model, tmp_path, capsys):
    assert quantize(tiny_model, tmp_path / "out", "--method", "awq") == 2
    assert capsys.readouterr().err == (
        "callgate: error: --method rounds for rows: give --calibration DATA too\n"
    )
