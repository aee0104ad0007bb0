"""Computing with OpenBLAS instead of the reference BLAS that MLX's CPU wheel links.

The reference BLAS computes the same products 50 to 100 times slower. OpenBLAS wins when it is
opened with its symbols global before `mlx.core` is imported, so `use_fast_blas()` stands before
every import of MLX. On macOS and with a CUDA backend there is nothing to do.
"""

import ctypes
import importlib.util
import os
import sys
import time
import warnings
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

THREADS_VARIABLE = "OPENBLAS_NUM_THREADS"
# Threads that wait sleep early instead of spinning. Alone on the machine this costs nothing;
# beside another busy process it decodes two to three times faster.
_TIMEOUT_VARIABLE = "OPENBLAS_THREAD_TIMEOUT"
_SHORTEST_TIMEOUT = "4"

# The reference BLAS measures 4 to 6; OpenBLAS more than 100, and 17 beside two busy processes.
REFERENCE_CEILING_GFLOPS = 10.0

INSTALL_CURE = "run `pip install cmeel-openblas` in this environment"
_RUNTIME_CURE = "install the Fortran runtime (Debian and Ubuntu: `apt-get install libgfortran5`)"
_RUNTIME_NAME = b"libgfortran.so.5"


class SlowBlasWarning(RuntimeWarning):
    """MLX will compute with the reference BLAS: right, and 50 to 100 times slower."""


class Blas(NamedTuple):
    """What computes matrix products here, as found out and measured."""

    name: str  # openblas, reference, accelerate, metal or cuda
    library: Path | None
    gflops: float
    threads: int | None  # of OpenBLAS; None for the others


@cache
def _has_cuda_backend() -> bool:
    names = (str(found.metadata["Name"]).lower() for found in metadata.distributions())
    return any(name.startswith(("mlx-cuda", "mlx_cuda")) for name in names)


def needs_fast_blas() -> bool:
    """Return whether MLX computes on the CPU of a Linux machine here; never imports MLX."""
    return sys.platform == "linux" and not _has_cuda_backend()


def _site_folders() -> Iterator[Path]:
    seen = (Path(entry) for entry in sys.path if entry)
    return (folder for folder in seen if folder.is_dir())


def find_openblas() -> Path | None:
    """Return the OpenBLAS library of the installed `cmeel-openblas`, or None."""
    for folder in _site_folders():
        for name in ("libopenblas.so", "libopenblas.so.0"):
            library = folder / "cmeel.prefix" / "lib" / name
            if library.is_file():
                return library
    return None


def _lend_fortran_runtime() -> None:
    """Make the Fortran runtime inside MLX's CPU wheel answer to the name that OpenBLAS asks for.

    OpenBLAS needs `libgfortran.so.5`, which a machine without a Fortran compiler lacks; the wheel
    carries it under a hashed name. The loader matches names of loaded libraries, so a copy in
    memory with the plain name satisfies it, and no file is written. Raises OSError.
    """
    specification = importlib.util.find_spec("mlx")
    origins = specification.submodule_search_locations if specification else None
    for origin in origins or ():
        folder = Path(origin).parent / "mlx_cpu.libs"
        for runtime in folder.glob("libgfortran-*.so*"):
            for companion in folder.glob("libquadmath-*.so*"):
                ctypes.CDLL(str(companion))
            name = runtime.name.encode()
            content = runtime.read_bytes().replace(name, _RUNTIME_NAME.ljust(len(name), b"\0"))
            descriptor = os.memfd_create(_RUNTIME_NAME.decode())
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                ctypes.CDLL(f"/proc/self/fd/{descriptor}")
            return
    raise OSError("no libgfortran in mlx_cpu.libs")


def _open_global(library: Path) -> None:
    try:
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    except OSError as problem:
        if _RUNTIME_NAME.decode() not in str(problem):
            raise
        _lend_fortran_runtime()
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)


def _mapped_library(word: str) -> Path | None:
    try:
        lines = Path("/proc/self/maps").read_text(errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and word in Path(fields[5]).name:
            return Path(fields[5])
    return None


def use_fast_blas(threads: int | None = None) -> Path | None:
    """Open OpenBLAS so that MLX, imported afterwards, computes with it; return its path.

    `threads` is a wish that `OPENBLAS_NUM_THREADS` overrides; without either, OpenBLAS takes every
    core. Returns None where there is nothing to do (macOS, CUDA) and, after a SlowBlasWarning that
    says the cure, where it cannot be done. Calling it again is free.
    """
    if not needs_fast_blas():
        return None
    opened = _mapped_library("libopenblas.so")
    if opened is not None:
        return opened
    if "mlx.core" in sys.modules:
        warnings.warn(
            "mlx.core was imported before OpenBLAS was opened, so products take 50 to 100 times "
            "longer: call use_fast_blas() before the first import of mlx",
            SlowBlasWarning,
            stacklevel=2,
        )
        return None
    library = find_openblas()
    if library is None:
        warnings.warn(
            f"OpenBLAS is not installed, so products take 50 to 100 times longer: {INSTALL_CURE}",
            SlowBlasWarning,
            stacklevel=2,
        )
        return None
    if threads is not None:
        os.environ.setdefault(THREADS_VARIABLE, str(threads))
    os.environ.setdefault(_TIMEOUT_VARIABLE, _SHORTEST_TIMEOUT)
    try:
        _open_global(library)
    except OSError as problem:
        warnings.warn(
            f"{library} cannot be opened ({problem}), so products take 50 to 100 times longer: "
            f"{_RUNTIME_CURE}",
            SlowBlasWarning,
            stacklevel=2,
        )
        return None
    return library


def thread_count() -> int | None:
    """Return how many threads OpenBLAS computes with, or None when it is not open."""
    library = _mapped_library("libopenblas.so")
    if library is None:
        return None
    return int(ctypes.CDLL(str(library)).openblas_get_num_threads())


def measure_gflops(size: int = 512, seconds: float = 0.2) -> float:
    """Return the best measured GFLOP/s of a `size` x `size` float32 product on MLX's device."""
    use_fast_blas()
    import mlx.core as mx

    left, right = mx.random.normal((2, size, size))
    mx.eval(left @ right)
    best = float("inf")
    end = time.perf_counter() + seconds
    while best == float("inf") or time.perf_counter() < end:
        start = time.perf_counter()
        mx.eval(left @ right)
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def backend() -> str:
    """Return what MLX computes on: metal, cuda or cpu."""
    use_fast_blas()
    import mlx.core as mx

    if mx.default_device().type != mx.DeviceType.gpu:
        return "cpu"
    return "metal" if mx.metal.is_available() else "cuda"


def blas_in_use() -> Blas:
    """Return which library really computes, told by what is loaded and by how fast it is."""
    device = backend()
    gflops = measure_gflops()
    if device != "cpu":
        return Blas(device, None, gflops, None)
    if sys.platform == "darwin":
        return Blas("accelerate", None, gflops, None)
    library = _mapped_library("libopenblas.so")
    # Opened too late it is loaded and does not compute: only the time tells.
    if library is not None and gflops > REFERENCE_CEILING_GFLOPS:
        return Blas("openblas", library, gflops, thread_count())
    return Blas("reference", _mapped_library("libblas"), gflops, None)
