"""Before any test module imports MLX: the fast BLAS, as every command does it."""

from pipeline.model.blas import use_fast_blas

use_fast_blas()
