import json

import mlx.core as mx
import numpy as np
import pytest

from fixtures import CallgateError
from pipeline.cli import main
from pipeline.model import gptq
from pipeline.model.gptq import gptq_layers, input_moments, pack, round_matrix
from pipeline.model.loading import load_lazily, load_model
from pipeline.model.quantize_command import QuantizeRecord
from pipeline.model.recipe import BITS, Setting

ROWS = "".join(
    json.dumps(
        {
            "messages": [
                {"role": "user", "content": f"Which files of part {number} changed?"},
                {"role": "assistant", "content": f"git_status('part{number}')"},
            ]
        }
    )
    + "\n"
    for number in range(6)
)


def matrix(rows, columns, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, columns)).astype(np.float32)


def nearest(weight, bits, group_size):
    """The values, scales and biases that MLX rounds to."""
    packed, scales, biases = mx.quantize(mx.array(weight), group_size=group_size, bits=bits)
    wide = mx.dequantize(packed, scales, biases, group_size=group_size, bits=bits)
    groups = wide.reshape(weight.shape[0], -1, group_size)
    values = mx.round((groups - biases[..., None]) / scales[..., None])
    return np.array(values.reshape(weight.shape)).astype(np.uint8), np.array(packed)


def widened(codes, group_size):
    groups = codes.values.reshape(len(codes.values), -1, group_size)
    wide = groups * codes.scales[..., None] + codes.biases[..., None]
    return wide.reshape(codes.values.shape)


@pytest.mark.parametrize("bits", BITS)
def test_values_are_packed_as_mlx_packs_them(bits):
    values, packed = nearest(matrix(12, 128), bits, 64)
    assert (pack(values, bits) == packed).all()


@pytest.mark.parametrize("bits", BITS)
def test_where_inputs_say_nothing_values_are_the_nearest(bits):
    weight = matrix(12, 128)
    codes = round_matrix(weight, np.eye(128, dtype=np.float32), bits, 64, mx.float32)
    assert (codes.values == nearest(weight, bits, 64)[0]).all()


def test_where_inputs_go_together_the_output_changes_less():
    weight = matrix(48, 128)
    inputs = matrix(400, 16, seed=1) @ matrix(16, 128, seed=2) + 0.1 * matrix(400, 128, seed=3)
    rounded = widened(round_matrix(weight, inputs.T @ inputs, 4, 32, mx.float32), 32)
    plain = widened(round_matrix(weight, np.eye(128, dtype=np.float32), 4, 32, mx.float32), 32)
    errors = [np.square(inputs @ (made - weight).T).sum() for made in (rounded, plain)]
    assert errors[0] < 0.4 * errors[1]


def test_inputs_that_never_differ_from_zero_do_no_harm():
    weight = matrix(12, 64)
    codes = round_matrix(weight, np.zeros((64, 64), np.float32), 5, 64, mx.float32)
    assert (codes.values == nearest(weight, 5, 64)[0]).all()


def test_moments_are_those_of_what_a_layer_is_given(tiny_model):
    model = load_model(tiny_model).model
    layers = dict(model.named_modules())
    path = "model.layers.0.self_attn.q_proj"
    rows = [(5, 9, 30, 31), (7, 8)]
    before = model(mx.array([rows[0]]))
    moments = input_moments(model, {path: layers[path]}, rows)
    inner = model.model
    given = [
        np.array(inner.layers[0].input_layernorm(inner.embed_tokens(mx.array(row)))) for row in rows
    ]
    np.testing.assert_allclose(moments[path], sum(g.T @ g for g in given), rtol=1e-4, atol=1e-4)
    assert mx.array_equal(model(mx.array([rows[0]])), before).item()


def test_moments_that_would_not_fit_the_memory_are_refused(tiny_model, monkeypatch):
    monkeypatch.setattr(gptq, "_MOST_MOMENT_BYTES", 10_000)
    path = "model.layers.0.self_attn.q_proj"
    model = load_lazily(tiny_model)
    stored = dict(model.named_modules())
    with pytest.raises(CallgateError) as caught:
        gptq_layers(model, stored, {path: Setting(5, 64)}, [(1, 2)])
    assert str(caught.value) == (
        "gptq would keep 0.0 MB of moments in memory (at most 0.0 MB): quantize so large "
        "a model without it"
    )


def test_the_command_rounds_for_rows_and_says_which(tiny_model, tmp_path):
    data, out = tmp_path / "train.jsonl", tmp_path / "out"
    data.write_text(ROWS)
    words = ["quantize", str(tiny_model), "--bits", "4", "--group-size", "32"]
    assert main([*words, "-o", str(tmp_path / "plain")]) == 0
    words += ["--calibration", str(data), "--calibration-rows", "4", "-o", str(out)]
    assert main(words) == 0
    record = QuantizeRecord.model_validate_json((out / "callgate_quantize.json").read_bytes())
    assert record.calibration_rows == 4
    assert len(record.calibration_sha256) == 64
    loaded = load_model(out)
    row = mx.array([loaded.tokenizer.encode("Which files of part 0 changed?")])
    expected, plain = (load_model(folder).model(row) for folder in (tiny_model, tmp_path / "plain"))
    found = loaded.model(row)
    assert mx.mean(mx.square(found - expected)) < 0.8 * mx.mean(mx.square(plain - expected))


def test_calibration_without_rows_is_refused(tiny_model, tmp_path, capsys):
    (tmp_path / "empty.jsonl").touch()
    words = ["quantize", str(tiny_model), "-o", str(tmp_path / "out")]
    assert main([*words, "--calibration", str(tmp_path / "empty.jsonl")]) == 2
    assert capsys.readouterr().err == (f"callgate: error: {tmp_path}/empty.jsonl: holds no rows\n")
    assert not (tmp_path / "out").exists()
