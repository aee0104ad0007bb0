import errno
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import mlx.core as mx
import pytest
from gguf import GGMLQuantizationType as Packed
from mlx_lm.models import llama

from fixtures import CallgateError
from pipeline.model.importing import ImportSettings, import_gguf, problem_of_import
from pipeline.model.loading import load_model

pytestmark = pytest.mark.filterwarnings("error")


def quiet(_line):
    pass


def do_import(source, **settings):
    return import_gguf(ImportSettings(source, source.parent / "models" / "tiny", **settings), quiet)


def independent_logits(weights, ids):
    settings = llama.ModelArgs(
        model_type="llama",
        hidden_size=64,
        num_hidden_layers=2,
        intermediate_size=128,
        num_attention_heads=4,
        num_key_value_heads=2,
        rms_norm_eps=1e-5,
        vocab_size=weights["model.embed_tokens.weight"].shape[0],
        rope_theta=10000.0,
        tie_word_embeddings="lm_head.weight" not in weights,
    )
    model = llama.Model(settings)
    halves = [(name, mx.array(w).astype(mx.float16)) for name, w in weights.items()]
    model.load_weights([(name, w.astype(mx.float32)) for name, w in halves])
    return model(mx.array([ids]))


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize(
    "packed", [Packed.F32, Packed.F16, Packed.BF16, Packed.Q8_0, Packed.Q4_0, Packed.Q4_1]
)
def test_an_imported_model_computes_what_a_model_built_from_the_same_weights_does(
    tiny_gguf, packed, tied
):
    tiny = tiny_gguf(packed, tied=tied)
    folder = do_import(tiny.path, bits=None).folders[0]
    ids = list(range(5, 45))
    logits = load_model(folder).model(mx.array([ids]))
    expected = independent_logits(tiny.weights, ids)
    assert mx.max(mx.abs(logits - expected)).item() < 1e-3
    assert mx.max(mx.abs(expected)).item() > 1


def test_a_model_without_the_permutation_would_compute_something_else(tiny_gguf):
    tiny = tiny_gguf()
    folder = do_import(tiny.path, bits=None).folders[0]
    name = "model.layers.0.self_attn.q_proj.weight"
    tiny.weights[name] = tiny.weights[name][::-1].copy()
    ids = list(range(5, 45))
    logits = load_model(folder).model(mx.array([ids]))
    assert mx.max(mx.abs(logits - independent_logits(tiny.weights, ids))).item() > 0.1


def test_the_quantized_folder_stands_beside_the_wide_one(tiny_gguf):
    result = do_import(tiny_gguf().path)
    assert [folder.name for folder in result.folders] == ["tiny", "tiny-5bit"]
    description = load_model(result.folders[1]).description
    assert (description.bits, description.group_size) == (5, 64)


def test_importing_again_changes_nothing_and_says_so(tiny_gguf):
    tiny = tiny_gguf()
    do_import(tiny.path)
    lines = []
    folder = tiny.path.parent / "models" / "tiny"
    result = import_gguf(ImportSettings(tiny.path, folder), lines.append)
    assert not result.changed
    assert lines == [f"already imported: {folder}, {folder}-5bit (--force makes them again)"]


def test_the_import_is_the_same_every_time(tiny_gguf):
    from pipeline.model.folder import model_fingerprint

    tiny = tiny_gguf()
    first = [model_fingerprint(folder) for folder in do_import(tiny.path).folders]
    again = [model_fingerprint(folder) for folder in do_import(tiny.path, force=True).folders]
    assert first == again


def test_a_damaged_folder_is_replaced_only_with_force(tiny_gguf):
    tiny = tiny_gguf()
    folder = do_import(tiny.path).folders[0]
    weights = folder / "model.safetensors"
    size = weights.stat().st_size
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(CallgateError) as caught:
        do_import(tiny.path)
    assert str(caught.value).startswith(f"{folder} is in the way ({weights} is truncated: ")
    assert str(caught.value).endswith("replace it with --force")
    do_import(tiny.path, force=True)
    assert problem_of_import(folder) is None
    assert weights.stat().st_size == size


def test_an_import_that_was_cut_off_between_the_folders_makes_only_what_is_missing(tiny_gguf):
    tiny = tiny_gguf()
    wide, quantized = do_import(tiny.path).folders
    before = wide.stat()
    shutil.rmtree(quantized)
    assert do_import(tiny.path).changed
    assert problem_of_import(quantized) is None
    assert wide.stat().st_ino == before.st_ino


def test_a_full_disk_is_said_before_anything_is_written(tiny_gguf, monkeypatch):
    path = tiny_gguf().path
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(CallgateError) as caught:
        do_import(path)
    assert str(caught.value) == (
        f"{path.parent / 'models'} has 0.0 MB free; the import needs about 1.8 MB: free space, or "
        "choose another --out"
    )
    assert [entry.name for entry in (path.parent / "models").iterdir()] == [".callgate.lock"]


def test_a_disk_that_fills_up_while_writing_leaves_no_folder(tiny_gguf, monkeypatch):
    def full(*_arguments, **_settings):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tiny_gguf().path
    monkeypatch.setattr(mx, "save_safetensors", full)
    with pytest.raises(OSError, match="No space left on device"):
        do_import(path)
    assert [entry.name for entry in (path.parent / "models").iterdir()] == [".callgate.lock"]


def test_other_settings_do_not_replace_a_folder_in_silence(tiny_gguf):
    tiny = tiny_gguf()
    folder = do_import(tiny.path).folders[1]
    with pytest.raises(CallgateError) as caught:
        do_import(tiny.path, group_size=32)
    assert str(caught.value) == (
        f"{folder} was imported from another file or with other settings: replace it with "
        "--force, or choose another --out"
    )


def test_a_read_only_file_is_imported(tiny_gguf, monkeypatch):
    tiny = tiny_gguf(Packed.Q8_0)
    tiny.path.chmod(stat.S_IRUSR)
    # Root may write everything: this is what the others are told.
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    folder = do_import(tiny.path, bits=None).folders[0]
    assert problem_of_import(folder) is None
    assert not (folder / "copy.gguf").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"architecture": "qwen2"},
            "{path} is of the architecture 'qwen2'; callgate imports 'llama': convert this model "
            "with `python -m mlx_lm convert` instead",
        ),
        (
            {"chat_template": None},
            "{path} has no chat template (tokenizer.chat_template): take the GGUF of an instruct "
            "model",
        ),
        (
            {"pre_tokenizer": "bloom"},
            "{path}: the pre-tokenizer 'bloom' is not known; callgate knows default, gpt-2, "
            "llama-bpe, llama-v3, llama3, qwen2, smollm",
        ),
        (
            {"without": "blk.1.ffn_up.weight"},
            "{path} lacks the tensor blk.1.ffn_up.weight: download the file again",
        ),
        (
            {"extra": "blk.0.ffn_gate_inp.weight"},
            "{path} has the tensor blk.0.ffn_gate_inp.weight, which a plain llama model does not: "
            "convert the original model with `python -m mlx_lm convert` instead",
        ),
        (
            {"extra": "rope_freqs.weight"},
            "{path} scales its positions in a way that a GGUF file does not describe: convert the "
            "original model with `python -m mlx_lm convert` instead",
        ),
    ],
)
def test_what_cannot_be_imported_is_said_and_leaves_no_folder(tiny_gguf, settings, message):
    path = tiny_gguf(**settings).path
    with pytest.raises(CallgateError) as caught:
        do_import(path)
    assert str(caught.value) == message.format(path=path)
    assert [entry.name for entry in (path.parent / "models").iterdir()] == [".callgate.lock"]


def test_weights_that_are_not_numbers_do_not_prove_themselves(tiny_gguf):
    path = tiny_gguf(not_a_number="model.norm.weight").path
    with pytest.raises(CallgateError) as caught:
        do_import(path)
    assert str(caught.value) == (
        f"the import of {path} is wrong: its logits are not all finite; nothing was kept. "
        "Download the file again, or convert the original model with `python -m mlx_lm convert`"
    )
    assert [entry.name for entry in (path.parent / "models").iterdir()] == [".callgate.lock"]


def test_bits_that_mlx_lacks_are_refused_before_anything_is_read():
    with pytest.raises(CallgateError) as caught:
        import_gguf(ImportSettings(Path("nowhere.gguf"), Path("models/x"), bits=7), quiet)
    assert str(caught.value) == (
        "cannot quantize to 7 bits in groups of 64: bits are one of 2, 3, 4, 5, 6, 8 and groups "
        "one of 32, 64, 128"
    )
