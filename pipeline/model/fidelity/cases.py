"""What quantizing cost on the cases: every model is asked all of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ...asking import Asking, ask_cases, passes_of
from .findings import FUSED, QUANTIZED

if TYPE_CHECKING:
    from .measuring import Weighed


class CasesAsked(BaseModel):
    """How many cases a model passes, and the run folder that says which."""

    model: str
    run: str
    strict: int
    cases: int


def ask_models(
    folders: "Sequence[Weighed]", reports: Path, max_tokens: int, say: Callable[[str], None]
) -> list[CasesAsked]:
    """Ask the fused and the quantized ones of the models all cases; the fused one comes first.

    Each run is a numbered folder in `reports`. Raises CallgateError when one comes to no end.
    """
    found = []
    for weighed in sorted(folders, key=lambda weighed: weighed.role != FUSED):
        if weighed.role not in (FUSED, QUANTIZED):
            continue
        say(f"asking {weighed.name} the cases")
        run = ask_cases(
            Asking(
                model=Path(weighed.folder).resolve(),
                model_fingerprint=weighed.fingerprint,
                name=f"fidelity-{weighed.name}",
                reports=reports.resolve(),
                max_tokens=max_tokens,
            )
        )
        passes = passes_of(run)
        found.append(
            CasesAsked(model=weighed.name, run=str(run), strict=passes.strict, cases=passes.cases)
        )
    return found


def cost_of(asked: Sequence[CasesAsked]) -> list[str]:
    """Return what is said of the models: the passes of each, held against the first one's."""
    fused, *others = asked
    lines = [f"{fused.model} passes {fused.strict} of {fused.cases} cases ({Path(fused.run).name})"]
    for other in others:
        lost = fused.strict - other.strict
        change = "as many" if lost == 0 else f"{abs(lost)} {'fewer' if lost > 0 else 'more'}"
        lines.append(
            f"{other.model} passes {other.strict} of {other.cases} cases, {change} "
            f"({Path(other.run).name})"
        )
    return lines
