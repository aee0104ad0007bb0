from random import Random

import pytest

from fixtures import load_suite
from pipeline.data.augment.kinds import all_kinds
from pipeline.data.augment.kinds.further import further_kinds, wider_kinds
from pipeline.data.augment.scene import Scene
from pipeline.data.queries import QueryIndex


@pytest.fixture
def scene():
    return Scene(Random(57))


@pytest.fixture(scope="session")
def suite_queries():
    """Recognise a query of the suite, or one nearly like it."""
    return QueryIndex((case.id, case.query) for case in load_suite().cases)


@pytest.fixture
def drafts_of():
    """Draft so many examples of each kind of a category, with the kind that made each."""

    def _drafts(category, each):
        return [
            (kind, kind.make(Scene(Random(f"{seed} {kind.name}"))))
            for kind in (*all_kinds(), *further_kinds(), *wider_kinds())
            if kind.category == category
            for seed in range(each)
        ]

    return _drafts
