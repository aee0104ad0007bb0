import json

import pytest

from pipeline.cli import main
from pipeline.model.folder import model_fingerprint
from pipeline.model.quantize_command import QuantizeRecord


def test_the_command_says_bits_and_what_stayed_wide(tiny_model, tmp_path, capsys):
    out = tmp_path / "small"
    words = ["quantize", str(tiny_model), "-o", str(out), "--bits", "4", "--group-size", "128"]
    assert main([*words, "--keep", "first=8"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 layers at 4 bits in groups of 128"
    assert lines[1] == "1 layers at 8 bits in groups of 128"
    assert lines[2].startswith(
        "stayed wide (no multiple of their group, or kept): model.embed_tokens, "
        "model.layers.0.mlp.gate_proj, model.layers.0.mlp.up_proj, "
    )
    assert lines[3].startswith("14.24 bits a weight, 0.2 MB")
    assert lines[4].startswith(f"wrote {out} in ")
    record = QuantizeRecord.model_validate_json((out / "callgate_quantize.json").read_bytes())
    assert record.source_fingerprint == model_fingerprint(tiny_model)
    assert record.fingerprint == model_fingerprint(out)
    assert record.rules == ["first=8"]


def test_an_output_that_exists_is_refused(tiny_model, tmp_path, capsys):
    assert main(["quantize", str(tiny_model), "-o", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"callgate: error: {tmp_path} exists already: remove it, or choose another --out\n"
    )


def test_a_rule_that_cannot_be_read_is_a_usage_error(tiny_model, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["quantize", str(tiny_model), "-o", str(tmp_path / "out"), "--keep", "embed"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "callgate quantize: error: argument --keep: 'embed' is no rule: write LAYERS=BITS, "
        "LAYERS=BITS/GROUP or LAYERS=wide"
    )


def test_a_quantized_model_is_not_quantized_again(tiny_model, tmp_path, capsys):
    source = tiny_model.with_name("tiny-5bit")
    assert main(["quantize", str(source), "-o", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        f"callgate: error: {source} is quantized already: give the folder it was made from\n"
    )
    assert not (tmp_path / "out").exists()


def test_the_fingerprint_of_a_model_is_that_of_its_weights_and_not_of_its_records(
    tiny_model, tmp_path
):
    out = tmp_path / "small"
    main(["quantize", str(tiny_model), "-o", str(out)])
    before = model_fingerprint(out)
    record = out / "callgate_quantize.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"source_name": "renamed"}))
    assert model_fingerprint(out) == before
