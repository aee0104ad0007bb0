"""Base, adapter, fused and quantized models, loaded one after the other and compared."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from fixtures import CallgateError

from ...files import sha256_of_file
from ..adapter import apply_adapter, base_of, read_adapter
from ..folder import check_model_folder
from ..loading import LoadedModel, load_model
from ..sample import rows_for, spread
from .comparing import Compared, agreement_of, answers_of, compare_predictions, predict
from .findings import ADAPTER, BASE, FUSED, QUANTIZED, Finding, Role, findings_of

Say = Callable[[str], None]


@dataclass(frozen=True)
class FidelitySettings:
    """What to hold against each other: `base` None takes the one that the adapter names."""

    adapter: Path
    fused: Path
    data: Path
    quantized: tuple[Path, ...] = ()
    base: Path | None = None
    rows: int = 32
    other_base: bool = False


class Weighed(BaseModel):
    """A folder that took part; `name` is what the comparisons call it."""

    role: Role
    name: str
    folder: str
    fingerprint: str
    bits: int | None


class Fidelity(BaseModel):
    """Everything that `callgate fidelity` finds out."""

    schema_version: Literal[1] = 1
    data: str
    data_sha256: str
    rows: int
    answers: int
    tokens: int  # of the assistant: what the figures are over
    device: str
    dtype: str  # computed in
    folders: list[Weighed]
    compared: list[Compared]
    findings: list[Finding]

    @property
    def passed(self) -> bool:
        """Whether a build may go on."""
        return not any(finding.severity == "error" for finding in self.findings)


def _names(quantized: tuple[Path, ...]) -> list[str]:
    names = [path.resolve().name for path in quantized]
    taken = len(set(names)) < len(names) or {BASE, ADAPTER, FUSED} & set(names)
    return [str(path) for path in quantized] if taken else names


def _weighed(role: Role, name: str, loaded: LoadedModel) -> Weighed:
    description = loaded.description
    return Weighed(
        role=role,
        name=name,
        folder=str(description.folder),
        fingerprint=description.fingerprint,
        bits=description.bits,
    )


class _Rows:
    """The rows that every model predicts, as token ids of the base's tokenizer."""

    def __init__(self, data: Path, loaded: LoadedModel, wanted: int) -> None:
        self._data = data
        self._every = rows_for(loaded, data)
        self.chosen = spread(self._every, wanted)

    def load(self, folder: Path) -> LoadedModel:
        """Load another model, which must read the rows as the same tokens."""
        loaded = load_model(folder)
        if rows_for(loaded, self._data) != self._every:
            raise CallgateError(
                f"{folder} reads {self._data} as other tokens than the base does: copy the base's "
                "tokenizer files and chat template into it"
            )
        return loaded


def measure_fidelity(settings: FidelitySettings, say: Say = lambda _: None) -> Fidelity:
    """Return how near the models are; `say` is told which model predicts now.

    One model is in memory at a time, and log-probabilities of two: tokens x vocabulary x 4 bytes
    each. Raises CallgateError for folders that are not whole or do not belong together.
    """
    if settings.rows < 1:
        raise CallgateError(f"--rows is {settings.rows}: it must be at least 1")
    adapter = read_adapter(settings.adapter)
    base_folder = base_of(adapter, settings.base, other_base=settings.other_base)
    for folder in (base_folder, settings.fused, *settings.quantized):
        check_model_folder(folder)

    say(f"{BASE}: {base_folder}")
    base = load_model(base_folder)
    sample = _Rows(settings.data, base, settings.rows)
    rows = sample.chosen
    folders = [_weighed(BASE, BASE, base)]
    of_base = list(predict(base.model, rows))

    say(f"{ADAPTER}: {settings.adapter}")
    apply_adapter(base.model, adapter, base_folder)
    adapted = list(predict(base.model, rows))
    pair, likeliest = compare_predictions((ADAPTER, BASE), rows, adapted, of_base)
    compared = [pair]
    folders.append(
        Weighed(
            role=ADAPTER,
            name=ADAPTER,
            folder=str(settings.adapter),
            fingerprint=adapter.fingerprint,
            bits=None,
        )
    )
    base_likeliest = likeliest
    description = base.description
    del of_base, base

    say(f"{FUSED}: {settings.fused}")
    fused = sample.load(settings.fused)
    folders.append(_weighed(FUSED, FUSED, fused))
    of_fused = list(predict(fused.model, rows))
    pair, likeliest = compare_predictions((ADAPTER, FUSED), rows, adapted, of_fused)
    compared += [pair, agreement_of((BASE, FUSED), rows, base_likeliest, likeliest)]
    del adapted, fused

    for name, folder in zip(_names(settings.quantized), settings.quantized, strict=True):
        say(f"{QUANTIZED}: {folder}")
        quantized = sample.load(folder)
        folders.append(_weighed(QUANTIZED, name, quantized))
        found = predict(quantized.model, rows)
        pair, likeliest = compare_predictions((FUSED, name), rows, of_fused, found)
        compared += [pair, agreement_of((BASE, name), rows, base_likeliest, likeliest)]
        del found, quantized

    return Fidelity(
        data=str(settings.data),
        data_sha256=sha256_of_file(settings.data),
        rows=len(rows),
        answers=sum(len(answers_of(row)) for row in rows),
        tokens=sum(len(row.counted) for row in rows),
        device=description.device,
        dtype=description.dtype,
        folders=folders,
        compared=compared,
        findings=findings_of(compared),
    )
