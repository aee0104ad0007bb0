"""Profiles: everything that decides a build, in a TOML file."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from fixtures import CallgateError
from fixtures.toml_files import read_toml, validated

from ..data.clean_command import FIXER_IDS
from ..files import CHECKOUT
from ..model.embedded import EMBEDDED_MODEL_UNQUANTIZED
from ..model.recipe import Recipe, parse_rule
from ..model.train.settings import TrainingSettings, settings_from
from ..model.train.workers import check_workers

PROFILES = CHECKOUT / "pipeline" / "profiles"
EMBEDDED = "embedded"

Model = Literal["fused", "quantized"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CleanTable(_Table):
    """Which fixers mend the data before it is trained on; none leaves it as it is."""

    fixers: tuple[str, ...] = FIXER_IDS
    announcements: Literal["merge", "drop"] = "merge"

    @field_validator("fixers")
    @classmethod
    def _known(cls, fixers: tuple[str, ...]) -> tuple[str, ...]:
        for name in fixers:
            if name not in FIXER_IDS:
                raise ValueError(f"no fixer is named {name!r}; known: {', '.join(FIXER_IDS)}")
        return fixers


class AuditTable(_Table):
    """Whether errors that the audit finds in the data to train on refuse the build."""

    errors: Literal["refuse", "allow"] = "refuse"


class FuseTable(_Table):
    """How the fused model is stored."""

    dtype: Literal["float16", "bfloat16", "float32"] = "float16"


class QuantizeTable(_Table):
    """How the fused model is made small; `keep` holds rules as `callgate quantize --keep`."""

    bits: int = 5
    group_size: int = 64
    keep: tuple[str, ...] = ()

    @field_validator("keep")
    @classmethod
    def _rules(cls, keep: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(parse_rule(text)) for text in keep)

    @property
    def recipe(self) -> Recipe:
        """What the quantizer takes."""
        return Recipe(self.bits, self.group_size, tuple(map(parse_rule, self.keep)))


class FidelityTable(_Table):
    """How many rows of the data the models are held against each other on."""

    rows: int = Field(default=32, ge=1)


class EvaluateTable(_Table):
    """Which models are asked the cases, the judged one first, and the longest answer in tokens."""

    models: tuple[Model, ...] = ("quantized",)
    max_tokens: int = Field(default=512, ge=1)

    @field_validator("models")
    @classmethod
    def _one_at_least(cls, models: tuple[Model, ...]) -> tuple[Model, ...]:
        if not models or len(set(models)) < len(models):
            raise ValueError("name one model or both, each once")
        return models


class GateTable(_Table):
    """The policy that decides the exit code."""

    policy: str = "deploy"


class Profile(_Table):
    """What a build is told; `keep` are the big folders that stay when nothing reads them more."""

    schema_version: Literal[1] = 1
    description: str = ""
    base: str = Field(description="a model folder, or `embedded`")
    data: str = Field(description="a folder with train.jsonl and perhaps valid.jsonl")
    keep: tuple[Model, ...] = ("quantized",)
    audit: AuditTable = AuditTable()
    clean: CleanTable = CleanTable()
    start: str = Field("", description="a profile whose training this one goes on from")
    train: dict[str, Any] = Field(default_factory=dict)
    workers: int = Field(1, ge=1, description="processes that share the rows of a batch")
    fuse: FuseTable = FuseTable()
    quantize: QuantizeTable = QuantizeTable()
    fidelity: FidelityTable = FidelityTable()
    evaluate: EvaluateTable = EvaluateTable()
    gate: GateTable = GateTable()

    @property
    def settings(self) -> TrainingSettings:
        """The training's hyper-parameters; raises CallgateError."""
        return self.settings_with(None)

    def settings_with(self, seed: int | None) -> TrainingSettings:
        """Return the hyper-parameters, with another seed where one is given."""
        return settings_from(self.train if seed is None else self.train | {"seed": seed})


def built_in() -> dict[str, Path]:
    """Return the profiles that callgate brings, by name."""
    files = sorted(PROFILES.glob("*.toml"), key=lambda file: file.stem)
    return {file.stem: file for file in files}


def _placed(wish: str, folder: Path) -> str:
    return str(folder / Path(wish).expanduser())


def read_profile(wish: str) -> tuple[str, Profile]:
    """Return the name and the profile of a built-in name or of a TOML file, its paths absolute.

    Relative paths start at the folder of the file, those of a built-in profile at the checkout.
    Raises CallgateError that names file, table and key.
    """
    known = built_in()
    if wish in known:
        file, folder = known[wish], CHECKOUT
    elif (file := Path(wish).expanduser()).is_file():
        folder = file.resolve().parent
    else:
        raise CallgateError(
            f"there is no profile {wish!r}: give one of {', '.join(known)}, or a TOML file"
        )
    profile = validated(Profile, read_toml(file), file, "profile")
    try:
        check_workers(profile.settings.batch_size, profile.workers, profile.workers)
        profile.quantize.recipe.check()
    except CallgateError as problem:
        raise CallgateError(f"{file}: {problem}") from None
    base = (
        str(EMBEDDED_MODEL_UNQUANTIZED)
        if profile.base == EMBEDDED
        else _placed(profile.base, folder)
    )
    named = not profile.start or profile.start in known
    start = profile.start if named else _placed(profile.start, folder)
    placed = {"base": base, "data": _placed(profile.data, folder), "start": start}
    return file.stem, profile.model_copy(update=placed)
