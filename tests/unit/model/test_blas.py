import json
import os
import subprocess
import sys

import pytest

from pipeline.model.blas import needs_fast_blas

pytestmark = pytest.mark.skipif(not needs_fast_blas(), reason="MLX brings a fast BLAS here")


def run(program, **environment):
    """What a fresh process prints as JSON: only there is MLX not imported yet."""
    done = subprocess.run(
        [sys.executable, "-c", f"import json, warnings\n{program}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **environment},
    )
    return json.loads(done.stdout)


def test_openblas_computes_after_use_fast_blas():
    found = run("""
from pipeline.model.blas import blas_in_use, use_fast_blas
use_fast_blas()
blas = blas_in_use()
print(json.dumps([blas.name, blas.library.name, blas.threads, blas.gflops > 20]))
""")
    assert found == ["openblas", "libopenblas.so", 1, True]


def test_use_fast_blas_imports_no_mlx_and_may_be_called_again():
    found = run("""
import sys
from pipeline.model.blas import use_fast_blas
print(json.dumps([use_fast_blas() == use_fast_blas(), "mlx.core" in sys.modules]))
""")
    assert found == [True, False]


def test_the_threads_asked_for_are_used_unless_the_variable_says_otherwise():
    program = """
import os
if os.environ["OPENBLAS_NUM_THREADS"] == "":
    del os.environ["OPENBLAS_NUM_THREADS"]
from pipeline.model.blas import thread_count, use_fast_blas
use_fast_blas(threads=1)
print(json.dumps(thread_count()))
"""
    assert run(program, OPENBLAS_NUM_THREADS="") == 1
    assert run(program, OPENBLAS_NUM_THREADS="2") == min(2, os.cpu_count() or 1)


def test_coming_after_the_import_of_mlx_is_warned_of():
    found = run("""
import mlx.core
from pipeline.model.blas import blas_in_use, use_fast_blas
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    use_fast_blas()
    blas = blas_in_use()
print(json.dumps([str(caught[0].message), caught[0].category.__name__, blas.name]))
""")
    assert found == [
        "mlx.core was imported before OpenBLAS was opened, so products take 50 to 100 times "
        "longer: call use_fast_blas() before the first import of mlx",
        "SlowBlasWarning",
        "reference",
    ]


def test_a_missing_openblas_is_warned_of_with_its_cure():
    found = run("""
from pipeline.model import blas
blas.find_openblas = lambda: None
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    opened = blas.use_fast_blas()
print(json.dumps([opened, str(caught[0].message)]))
""")
    assert found == [
        None,
        "OpenBLAS is not installed, so products take 50 to 100 times longer: run `pip install "
        "cmeel-openblas` in this environment",
    ]
