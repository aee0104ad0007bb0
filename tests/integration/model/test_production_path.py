"""The path of the 32B model, walked by a tiny one: a 4-bit Qwen2 base, fused, 5 bits, asked."""

import shutil
from pathlib import Path

from pipeline.cli import main
from pipeline.model.chat import render
from pipeline.model.fidelity.measuring import Fidelity
from pipeline.model.folder import check_model_folder
from pipeline.model.loading import load_model


def fidelity(production, fused, *quantized):
    result = production / "fidelity.json"
    words = ["fidelity", production / "adapter", "--fused", fused, "--json", result]
    words += ["--data", production / "valid.jsonl"]
    words += ["--quantized", *quantized] if quantized else []
    code = main(list(map(str, words)))
    return code, Fidelity.model_validate_json(result.read_bytes())


def test_the_base_is_the_kind_that_production_has(production):
    config = check_model_folder(production / "base")
    assert (config["model_type"], config["quantization"]["bits"]) == ("qwen2", 4)


def test_fused_and_quantized_models_still_are_the_adapter(production, capsys):
    code, found = fidelity(production, production / "fused", production / "5bit")
    assert code == 0
    # Rounding tells more on random weights than on trained ones.
    assert [finding.id for finding in found.findings] == ["another_model"]
    pairs = {(pair.reference, pair.model): pair for pair in found.compared}
    assert pairs["adapter", "base"].divergence > 0.1
    assert pairs["adapter", "fused"].divergence < 1e-5
    assert 1e-5 < pairs["fused", "5bit"].divergence < pairs["adapter", "base"].divergence / 4
    assert [(folder.role, folder.bits) for folder in found.folders] == [
        ("base", 4),
        ("adapter", None),
        ("fused", None),
        ("quantized", 5),
    ]
    assert capsys.readouterr().out.splitlines()[0] == (
        f"212 tokens of 8 answers in 4 rows of {production}/valid.jsonl"
    )


def test_models_are_asked_the_cases_and_compared(production, tmp_path, capfd):
    words = ["fidelity", production / "adapter", "--fused", production / "fused"]
    words += ["--data", production / "valid.jsonl", "--quantized", production / "5bit"]
    words += ["--cases", "--max-tokens", 4, "--reports", tmp_path]
    words += ["--json", tmp_path / "fidelity.json"]
    assert main(list(map(str, words))) == 0
    found = Fidelity.model_validate_json((tmp_path / "fidelity.json").read_bytes())
    assert [(one.model, one.strict, one.cases) for one in found.cases] == [
        ("fused", 0, 57),
        ("5bit", 0, 57),
    ]
    assert all((Path(one.run) / "results.json").is_file() for one in found.cases)
    said = capfd.readouterr().out
    assert said.splitlines()[-2:] == [
        "fused passes 0 of 57 cases (0001_fidelity-fused)",
        "5bit passes 0 of 57 cases, as many (0002_fidelity-5bit)",
    ]
    assert "0 fixed, 0 broken: every case ended as before" in said


def test_runs_need_a_folder_to_go_to(production, tmp_path, capsys):
    words = ["fidelity", str(production / "adapter"), "--fused", str(production / "fused")]
    words += ["--data", str(production / "valid.jsonl"), "--cases"]
    assert main([*words, "--reports", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"callgate: error: {tmp_path}/none: no such folder\n"


def test_the_5_bit_model_answers(production):
    from mlx_lm import generate

    loaded = load_model(production / "5bit")
    assert (loaded.description.bits, loaded.description.model_type) == (5, "qwen2")
    question = [{"role": "user", "content": "Which files changed?"}]
    prompt = render(loaded.tokenizer, question, add_generation_prompt=True)
    assert generate(loaded.model, loaded.tokenizer, prompt, max_tokens=3) != ""


def test_a_fused_model_that_is_its_base_is_caught(production, tmp_path, capsys):
    # What ml-explore/mlx-lm#1172 ends in: the fused folder holds the base's weights.
    lost = tmp_path / "lost"
    shutil.copytree(production / "base", lost)
    code, found = fidelity(production, lost)
    assert (code, [finding.id for finding in found.findings]) == (1, ["like_base"])
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1].startswith("error: the fused model behaves like its base: it agrees with")
    assert "lost 100.0% of what the adapter taught" in printed[-1]


def test_a_model_that_is_not_what_was_trained_is_not_asked(production, tmp_path, capsys):
    words = ["fidelity", str(production / "adapter"), "--fused", str(production / "base")]
    words += ["--data", str(production / "valid.jsonl"), "--cases", "--reports", str(tmp_path)]
    assert main(words) == 1
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out.splitlines()[-1] == (
        "the cases were not asked: a model that is not what was trained says nothing of bits"
    )


def test_a_fused_model_of_another_adapter_is_caught(production, tmp_path, make_adapter):
    make_adapter(production / "base", tmp_path / "other", layers=1, size=0.03)
    fused = tmp_path / "fused"
    assert main(["fuse", str(tmp_path / "other"), "-o", str(fused)]) == 0
    code, found = fidelity(production, fused)
    assert code == 1
    assert {finding.id for finding in found.findings} <= {"like_base", "not_the_adapter"}


def test_a_model_with_another_tokenizer_is_refused(production, tmp_path, capsys):
    other = tmp_path / "other"
    shutil.copytree(production / "fused", other)
    template = other / "chat_template.jinja"
    template.write_text(template.read_text().replace("<|im_end|>\n", "<|im_end|> "))
    words = ["fidelity", str(production / "adapter"), "--fused", str(other)]
    assert main([*words, "--data", str(production / "valid.jsonl")]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"callgate: error: {other} reads {production}/valid.jsonl as other tokens than the base "
        "does: copy the base's tokenizer files and chat template into it"
    )
