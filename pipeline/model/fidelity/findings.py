"""What is wrong with models that should be what was trained, and from where on it is wrong."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from .comparing import Compared

# Divergences are in nats a token, agreement is a share of the assistant's tokens.

# An adapter that moves its base less than this taught it nothing that could get lost.
LEAST_TAUGHT = 1e-3
# A fused model that lost this share of what the adapter moved behaves like its base; those of
# ml-explore/mlx-lm#1172 lose nearly all of it, sound ones less than a thousandth.
MOST_LOST = 0.5
# Fusing rounds once, to the 11 bits of float16 or the 8 of bfloat16.
LEAST_FUSED_AGREEMENT = 0.98
MOST_FUSED_DIVERGENCE = 0.01
# Below this the quantized model is another model; what it costs above, only the 57 cases tell.
LEAST_QUANTIZED_AGREEMENT = 0.9

Role = Literal["base", "adapter", "fused", "quantized"]
BASE: Role = "base"
ADAPTER: Role = "adapter"
FUSED: Role = "fused"
QUANTIZED: Role = "quantized"

_FUSE_AGAIN = "fuse again with `callgate fuse`, which never quantizes"
_MORE_BITS = "quantize with more bits, or keep more of some layers (`callgate quantize --keep`)"


class Finding(BaseModel):
    """Something that is wrong; an error stops a build."""

    severity: Literal["error", "warning"]
    id: str
    message: str


def _like_base(
    model: str, near: Compared, to_base: Compared, lost: float, cure: str
) -> Finding | None:
    if to_base.agreement <= near.agreement and lost < MOST_LOST:
        return None
    return Finding(
        severity="error",
        id="like_base",
        message=f"{model} behaves like its base: it agrees with the base on "
        f"{to_base.agreement:.1%} of the tokens and with the {near.reference} one on "
        f"{near.agreement:.1%}, and lost {lost:.1%} of what the adapter taught; {cure}",
    )


def findings_of(compared: Sequence[Compared]) -> list[Finding]:
    """Return what is wrong.

    Takes the pairs (adapter, base), (adapter, fused), (base, fused) and, for every quantized model
    Q, (fused, Q) and (base, Q), in any order.
    """
    pairs = {(pair.reference, pair.model): pair for pair in compared}
    taught = pairs[ADAPTER, BASE].divergence or 0.0
    if taught < LEAST_TAUGHT:
        return [
            Finding(
                severity="error",
                id="nothing_taught",
                message=f"the adapter behaves like its base ({taught:.5f} nats a token apart): "
                "nothing can be told of the models made from it; train it, or give rows of the "
                "kind that it was trained on",
            )
        ]
    findings = []
    fused = pairs[ADAPTER, FUSED]
    divergence = fused.divergence or 0.0
    finding = _like_base(
        "the fused model", fused, pairs[BASE, FUSED], divergence / taught, _FUSE_AGAIN
    )
    if finding is not None:
        findings.append(finding)
    elif fused.agreement < LEAST_FUSED_AGREEMENT or divergence > MOST_FUSED_DIVERGENCE:
        findings.append(
            Finding(
                severity="error",
                id="not_the_adapter",
                message="the fused model is not the adapter's: they agree on "
                f"{fused.agreement:.1%} of the tokens (at least {LEAST_FUSED_AGREEMENT:.0%}) and "
                f"are {divergence:.4f} nats a token apart (at most {MOST_FUSED_DIVERGENCE}): "
                "fuse again from the same base and adapter, in float16 or float32",
            )
        )
    for (reference, model), pair in pairs.items():
        if reference != FUSED:
            continue
        lost = (pair.divergence or 0.0) / taught
        finding = _like_base(model, pair, pairs[BASE, model], lost, _MORE_BITS)
        if finding is not None:
            findings.append(finding)
        elif pair.agreement < LEAST_QUANTIZED_AGREEMENT:
            findings.append(
                Finding(
                    severity="warning",
                    id="another_model",
                    message=f"{model} agrees with the fused model on {pair.agreement:.1%} of the "
                    f"tokens (at least {LEAST_QUANTIZED_AGREEMENT:.0%}); {_MORE_BITS}",
                )
            )
    return findings
