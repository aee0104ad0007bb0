"""How much disk a build needs, and a disk that is too small."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import save_file

from fixtures import CallgateError
from pipeline.build.disk import big_files, check_disk, parameters_of
from pipeline.build.profile import Profile


def write_model(folder, *, quantized):
    """Ten rows of 128 weights, wide or packed to 4 bits in groups of 64, and a norm of 128."""
    folder.mkdir()
    arrays = {"norm.weight": np.zeros(128, np.float16)}
    if quantized:
        arrays["layer.weight"] = np.zeros((10, 16), np.uint32)
        arrays["layer.scales"] = np.zeros((10, 2), np.float16)
        arrays["layer.biases"] = np.zeros((10, 2), np.float16)
    else:
        arrays["layer.weight"] = np.zeros((10, 128), np.float16)
    save_file(arrays, folder / "model.safetensors")
    config = {"quantization": {"bits": 4, "group_size": 64}} if quantized else {}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize("quantized", [False, True])
def test_weights_are_counted_packed_or_not(tmp_path, quantized):
    assert parameters_of(write_model(tmp_path / "model", quantized=quantized)) == 10 * 128 + 128


def test_the_fused_and_the_small_model_are_the_big_files(tmp_path):
    base = write_model(tmp_path / "model", quantized=True)
    files = big_files(Profile(base=str(base), data=""))
    # 5 bits a weight and 32 bits a group of 64 make 5.5.
    assert files == [("fuse", 1408 * 2), ("quantize", 1408 * 5.5 / 8)]


def test_a_disk_that_is_too_small_is_refused_before_the_start(tmp_path, monkeypatch):
    base = write_model(tmp_path / "model", quantized=False)
    profile = Profile(base=str(base), data="")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=3000))
    with pytest.raises(CallgateError) as problem:
        check_disk(tmp_path / "build", profile, ["audit", "fuse", "quantize"])
    assert str(problem.value) == (
        f"nothing was begun: {tmp_path} has 0.0 MB free; this build (fuse 0.0 MB and quantize "
        "0.0 MB) needs about 0.0 MB: free space, or choose another --out"
    )
    # What is made already needs no more room.
    check_disk(tmp_path / "build", profile, ["audit", "quantize"])
    check_disk(tmp_path / "build", profile, [])
