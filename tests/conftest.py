"""The fast BLAS before any test module imports MLX, and the profiles of hypothesis.

The profile is `ci` where CI is set, `dev` elsewhere; HYPOTHESIS_PROFILE=nightly asks for 100,000
examples of each property.
"""

import os

from hypothesis import HealthCheck, settings

from pipeline.model.blas import use_fast_blas

use_fast_blas()

_UNHURRIED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

settings.register_profile("dev", max_examples=60, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True)
settings.register_profile(
    "nightly", max_examples=100_000, deadline=None, suppress_health_check=_UNHURRIED
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)
