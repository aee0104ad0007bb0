"""Base, adapter, fused and quantized models, loaded one after the other and compared."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from fixtures import CallgateError

from ...files import sha256_of_file
from ..adapter import Adapter, apply_adapter, base_of, read_adapter
from ..folder import check_model_folder
from ..loading import LoadedModel, load_model
from ..sample import rows_for, spread
from .cases import CasesAsked
from .comparing import (
    Compared,
    Prediction,
    agreement_of,
    answers_of,
    compare_predictions,
    predict,
)
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
    cases: list[CasesAsked] = []  # of the fused and the quantized models, when they were asked

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


class _Measuring:
    """Base and adapter, the fused model, quantized ones: each step holds one against the last."""

    def __init__(self, settings: FidelitySettings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._folders: list[Weighed] = []
        self._compared: list[Compared] = []

    def adapter(self, adapter: Adapter, base_folder: Path) -> list[Prediction]:
        """Return what base and adapter predict together; the rows are read by this base."""
        self._say(f"{BASE}: {base_folder}")
        base = load_model(base_folder)
        self._description = base.description
        self._sample = _Rows(self._settings.data, base, self._settings.rows)
        rows = self._sample.chosen
        self._folders.append(_weighed(BASE, BASE, base))
        of_base = list(predict(base.model, rows))

        self._say(f"{ADAPTER}: {self._settings.adapter}")
        apply_adapter(base.model, adapter, base_folder)
        adapted = list(predict(base.model, rows))
        pair, self._base_likeliest = compare_predictions((ADAPTER, BASE), rows, adapted, of_base)
        self._compared.append(pair)
        self._folders.append(
            Weighed(
                role=ADAPTER,
                name=ADAPTER,
                folder=str(self._settings.adapter),
                fingerprint=adapter.fingerprint,
                bits=None,
            )
        )
        return adapted

    def fused(self, adapted: list[Prediction]) -> list[Prediction]:
        """Return what the fused model predicts, held against the adapter."""
        fused = self._load(FUSED, FUSED, self._settings.fused)
        of_fused = list(predict(fused.model, self._sample.chosen))
        self._compare((ADAPTER, FUSED), adapted, of_fused)
        return of_fused

    def quantized(self, name: str, folder: Path, of_fused: list[Prediction]) -> None:
        """Hold a quantized model against the fused one."""
        quantized = self._load(QUANTIZED, name, folder)
        self._compare((FUSED, name), of_fused, predict(quantized.model, self._sample.chosen))

    def _load(self, role: Role, name: str, folder: Path) -> LoadedModel:
        self._say(f"{role}: {folder}")
        loaded = self._sample.load(folder)
        self._folders.append(_weighed(role, name, loaded))
        return loaded

    def _compare(
        self,
        names: tuple[str, str],
        reference: Iterable[Prediction],
        found: Iterable[Prediction],
    ) -> None:
        rows = self._sample.chosen
        pair, likeliest = compare_predictions(names, rows, reference, found)
        of_base = agreement_of((BASE, names[1]), rows, self._base_likeliest, likeliest)
        self._compared += [pair, of_base]

    def result(self) -> Fidelity:
        """Return what was found out."""
        rows = self._sample.chosen
        return Fidelity(
            data=str(self._settings.data),
            data_sha256=sha256_of_file(self._settings.data),
            rows=len(rows),
            answers=sum(len(answers_of(row)) for row in rows),
            tokens=sum(len(row.counted) for row in rows),
            device=self._description.device,
            dtype=self._description.dtype,
            folders=self._folders,
            compared=self._compared,
            findings=findings_of(self._compared),
        )


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
    measuring = _Measuring(settings, say)
    # No name for what the adapter predicts: it is in memory no longer than the fused model.
    of_fused = measuring.fused(measuring.adapter(adapter, base_folder))
    for name, folder in zip(_names(settings.quantized), settings.quantized, strict=True):
        measuring.quantized(name, folder, of_fused)
    return measuring.result()
