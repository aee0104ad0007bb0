import pytest

from evals.ask import Answer


@pytest.fixture
def make_answer():
    """Make an answer under a key; everything else has a default."""

    def make(key="k1", **changes):
        content = {
            "case": "clean_tree",
            "turn": 1,
            "prompt": "<|im_start|>user",
            "prompt_tokens": 7,
            "text": "fine",
            "token_ids": (5, 6, 7),
            "seconds": 0.25,
            "finish_reason": "stop",
        }
        return Answer(key=key, **(content | changes))

    return make
