"""How each layer is quantized: bits and group for most of them, and rules for the others."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, NamedTuple

from fixtures import CallgateError

BITS = (2, 3, 4, 5, 6, 8)
GROUP_SIZES = (32, 64, 128)
WIDE = "wide"

_RULE = re.compile(r"(?P<which>[^=]+)=(?:(?P<bits>\d+)(?:/(?P<group>\d+))?|(?P<wide>wide))")
_BLOCK = re.compile(r"\.(\d+)\.")


Method = Literal["gptq", "awq", "dwq"]


class Calibration(NamedTuple):
    """The rows whose answers quantizing must not change: a JSON Lines file, and how many of it."""

    data: Path
    rows: int = 64
    method: Method = "gptq"


class Rule(NamedTuple):
    """Which layers it is for, their bits (None: they stay wide), and a group of their own."""

    which: str
    bits: int | None
    group_size: int | None = None

    def __str__(self) -> str:
        if self.bits is None:
            return f"{self.which}={WIDE}"
        return f"{self.which}={self.bits}" + (f"/{self.group_size}" if self.group_size else "")


@dataclass(frozen=True)
class Recipe:
    """Bits and weights to a scale of every layer that no rule is for; of several rules the last."""

    bits: int = 5
    group_size: int = 64
    rules: tuple[Rule, ...] = ()

    def check(self) -> None:
        """Raise CallgateError unless MLX can quantize so."""
        for bits, group_size in ((self.bits, self.group_size), *self._of_rules()):
            if bits not in BITS or group_size not in GROUP_SIZES:
                raise CallgateError(
                    f"cannot quantize to {bits} bits in groups of {group_size}: bits are one of "
                    f"{', '.join(map(str, BITS))} and groups one of "
                    f"{', '.join(map(str, GROUP_SIZES))}"
                )

    def _of_rules(self) -> tuple[tuple[int, int], ...]:
        rules = (rule for rule in self.rules if rule.bits is not None)
        return tuple((rule.bits or 0, rule.group_size or self.group_size) for rule in rules)


def parse_rule(text: str) -> Rule:
    """Return the rule that `embed=8`, `v_proj=6/32` or `model.layers.0.*=wide` writes.

    Raises ValueError.
    """
    found = _RULE.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text!r} is no rule: write LAYERS=BITS, LAYERS=BITS/GROUP or LAYERS=wide"
        )
    group = found["group"]
    bits = None if found["wide"] else int(found["bits"])
    return Rule(found["which"], bits, int(group) if group else None)


class Layer(NamedTuple):
    """A layer that could be quantized, as far as rules look at it."""

    path: str  # such as model.layers.3.mlp.down_proj
    width: int  # weights in a row
    is_embedding: bool
    is_tied: bool  # an embedding that is the output head as well


def _block_of(path: str) -> int | None:
    found = _BLOCK.search(path)
    return int(found[1]) if found else None


def matches(which: str, layer: Layer, blocks: int) -> bool:
    """Return whether a rule's left side means the layer.

    `embed` and `head` (one layer where they are tied), `first` and `last` block, else a pattern of
    the whole path, or one of the names in it.
    """
    if which == "embed":
        return layer.is_embedding
    if which == "head":
        return layer.path.endswith("lm_head") or layer.is_tied
    if which in ("first", "last"):
        return _block_of(layer.path) == (0 if which == "first" else blocks - 1)
    return fnmatchcase(layer.path, which) or which in layer.path.split(".")


class Setting(NamedTuple):
    """How one layer is quantized."""

    bits: int
    group_size: int


def setting_of(recipe: Recipe, layer: Layer, blocks: int) -> Setting | None:
    """Return how a layer is quantized; None when it stays wide."""
    setting: Setting | None = Setting(recipe.bits, recipe.group_size)
    for rule in recipe.rules:
        if matches(rule.which, layer, blocks):
            group_size = rule.group_size or recipe.group_size
            setting = None if rule.bits is None else Setting(rule.bits, group_size)
    return setting
