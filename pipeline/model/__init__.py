"""Models: the embedded one, loading, BLAS, chat template."""
