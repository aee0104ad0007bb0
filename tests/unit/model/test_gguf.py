import struct

import pytest
from gguf import GGMLQuantizationType as Packed

from fixtures import CallgateError
from pipeline.model.gguf import read_head


def message_of(path):
    with pytest.raises(CallgateError) as caught:
        read_head(path)
    return str(caught.value)


def test_the_head_tells_metadata_tensors_and_encodings(tiny_gguf):
    head = read_head(tiny_gguf(Packed.Q8_0).path)
    assert head.metadata["general.architecture"] == "llama"
    assert head.metadata["llama.embedding_length"] == 64
    assert head.metadata["tokenizer.ggml.tokens"][1] == "<|im_start|>"
    assert head.encodings() == "Q8_0, F32"
    gate = next(tensor for tensor in head.tensors if tensor.name == "blk.0.ffn_gate.weight")
    assert (gate.shape, gate.size) == ((64, 128), 64 * 128 // 32 * 34)


def test_a_missing_file_is_said(tmp_path):
    assert message_of(tmp_path / "x.gguf") == f"there is no GGUF file {tmp_path / 'x.gguf'}"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", b"gguf" * 10])
def test_another_kind_of_file_is_said(tmp_path, content):
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    assert message_of(path) == f"{path} is not a GGUF file: it does not begin with 'GGUF'"


def test_an_old_version_is_said(tmp_path):
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 1, 0, 0))
    assert message_of(path) == (
        f"{path} is GGUF version 1; callgate reads versions 2 and 3: convert it with a current "
        "llama.cpp"
    )


def test_a_file_cut_off_anywhere_is_truncated_and_never_crashes(tiny_gguf):
    path = tiny_gguf().path
    content = path.read_bytes()
    for length in [*range(8, 4000, 97), len(content) // 2, len(content) - 1]:
        path.write_bytes(content[:length])
        message = message_of(path)
        assert message.startswith(f"{path} is truncated: it ")
        assert message.endswith(": download the file again")


def test_the_missing_bytes_are_counted(tiny_gguf):
    path = tiny_gguf().path
    content = path.read_bytes()
    path.write_bytes(content[:-64])
    assert message_of(path) == (
        f"{path} is truncated: it has {len(content) - 64} bytes of {len(content)}: "
        "download the file again"
    )


def test_an_encoding_that_cannot_be_read_is_named(tiny_gguf):
    path = tiny_gguf(Packed.Q5_0).path
    assert message_of(path) == (
        f"{path}: tensor token_embd.weight is packed as Q5_0; callgate reads F32, F16, Q4_0, "
        "Q4_1, Q8_0, Q6_K, BF16: take the Q4_0, Q4_1 or Q8_0 file of this model"
    )
