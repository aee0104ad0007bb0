"""`callgate train -c FILE`: the YAML file that `mlx_lm lora -c` takes."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from fixtures import CallgateError

from ..adapter import WEIGHTS
from ..loading import quiet_imports
from .settings import TrainingSettings, settings_from

# mlx-lm's keys that mean the same as a setting here.
_SAME = {
    "optimizer": "optimizer",
    "seed": "seed",
    "num_layers": "layers",
    "batch_size": "batch_size",
    "iters": "iterations",
    "val_batches": "evaluate_batches",
    "learning_rate": "learning_rate",
    "steps_per_report": "report_every",
    "steps_per_eval": "evaluate_every",
    "save_every": "save_every",
    "max_seq_length": "window",
    "grad_checkpoint": "checkpointing",
    "grad_accumulation_steps": "accumulate",
}
_PATHS = ("model", "data", "adapter_path")
_TRANSLATED = ("optimizer_config", "lr_schedule", "lora_parameters")
_NOT_HONOURED = {
    "mask_prompt": "every assistant turn is learnt, and nothing else",
    "test": "`pytest evals` judges what was trained",
    "test_batches": "`pytest evals` judges what was trained",
    "report_to": "nothing leaves this machine; loss.csv and loss.svg hold the course",
    "project_name": "nothing leaves this machine; loss.csv and loss.svg hold the course",
    "trust_remote_code": "no code of a model's folder is run",
    "clear_cache_threshold": "it is 2 GB",
    "config": "one file is read",
}
_SCHEDULES = {"cosine_decay": "cosine", "linear_schedule": "linear"}
_OWN = tuple(entry.name for entry in fields(TrainingSettings))


class ConfigFile(NamedTuple):
    """What a file says: paths it names, settings by our names, keys that are not honoured."""

    paths: dict[str, Path]  # model, data, adapter_path, and start
    settings: dict[str, Any]
    notes: tuple[str, ...]


def _schedule_of(schedule: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML has it
    """Return our settings for mlx-lm's `lr_schedule`; raises ValueError."""
    name = schedule.get("name") if isinstance(schedule, dict) else None
    if name not in _SCHEDULES:
        raise ValueError(f"lr_schedule.name is {name!r}: done are {', '.join(_SCHEDULES)}")
    arguments = schedule.get("arguments")
    numbers = [float(number) for number in arguments if not isinstance(number, str)]
    if name == "cosine_decay" and len(numbers) == 2:
        numbers.append(0.0)
    if len(numbers) != 3 or len(numbers) < len(arguments) or not numbers[0] > 0:
        raise ValueError(f"lr_schedule.arguments are {arguments!r}: {name} takes three numbers")
    highest, steps, lowest = numbers if name == "cosine_decay" else numbers[::2] + numbers[1:2]
    return {
        "learning_rate": highest,
        "schedule": _SCHEDULES[name],
        "decay": int(steps),
        "final_rate": lowest / highest,
        "warmup": schedule.get("warmup", 0),
    }


def _translated(content: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return our settings for what the file says and, where it says nothing, mlx-lm's defaults."""
    settings = {ours: content.get(theirs, defaults[theirs]) for theirs, ours in _SAME.items()}
    parameters = content.get("lora_parameters") or {}
    if not isinstance(parameters, dict):
        raise ValueError("lora_parameters holds no keys")
    parameters = defaults["lora_parameters"] | parameters
    for name in ("rank", "scale", "dropout"):
        settings[name] = parameters.pop(name)
    settings["keys"] = ",".join(parameters.pop("keys", None) or [])
    if parameters:
        raise ValueError(f"lora_parameters.{min(parameters)} is unknown: `scale` is the factor")
    options = (content.get("optimizer_config") or {}).get(settings["optimizer"]) or {}
    settings["optimizer_options"] = json.dumps(options, sort_keys=True)
    schedule = content.get("lr_schedule")
    constant = {"schedule": "constant", "warmup": 0}
    return settings | (constant if schedule is None else _schedule_of(schedule))


def _refusal(content: Mapping[str, Any]) -> str | None:
    """Return why a file that asks for something else than a LoRA training is refused."""
    if (kind := content.get("fine_tune_type", "lora")) != "lora":
        return f"fine_tune_type is {kind!r}: only lora is done"
    resumed = content.get("resume_adapter_file")
    if resumed and Path(str(resumed)).name != WEIGHTS:
        return (
            f"resume_adapter_file is {str(resumed)!r}: it must be the {WEIGHTS} of an adapter's "
            "folder; a training that was stopped goes on by itself"
        )
    if content.get("train") is False:
        return "train is false: `pytest evals` judges what was trained"
    for theirs, ours in _SAME.items():
        if theirs != ours and theirs in content and ours in content:
            return f"{theirs} and {ours} say the same: keep one"
    known = {"train", "fine_tune_type", "resume_adapter_file", *_PATHS, *_TRANSLATED}
    known |= {*_SAME, *_NOT_HONOURED, *_OWN}
    if unknown := [key for key in content if key not in known]:
        return f"{unknown[0]} is unknown: known are {', '.join(sorted(known))}"
    return None


def _notes(content: Mapping[str, Any]) -> tuple[str, ...]:
    notes = [
        f"{key} is not honoured: {why}"
        for key, why in _NOT_HONOURED.items()
        if content.get(key) or (key == "mask_prompt" and key in content)
    ]
    if (content.get("lr_schedule") or {}).get("warmup_init"):
        notes.append("lr_schedule.warmup_init is not honoured: the rate climbs by equal steps")
    if "max_seq_length" in content:
        notes.append("max_seq_length: rows that are longer are refused, not cut")
    if "clip" not in content:
        notes.append("gradients are cut to a norm of 1, which mlx-lm does not do (--clip 0)")
    return tuple(notes)


def _read(file: Path) -> dict[str, Any]:
    with quiet_imports():
        # It reads `1e-5` as a number, which YAML 1.1 takes for text.
        from mlx_lm.lora import yaml_loader
    import yaml

    try:
        content = yaml.load(file.read_text(encoding="utf-8"), yaml_loader)
    except OSError as problem:
        raise CallgateError(f"{file}: {problem.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        reason = getattr(problem, "problem", None) or str(problem).splitlines()[0]
        raise CallgateError(f"{file}:{line} no YAML: {reason}") from None
    if not isinstance(content, dict):
        raise CallgateError(f"{file}: holds no keys: it is a YAML file as `mlx_lm lora -c` takes")
    return {str(key): value for key, value in content.items() if value is not None}


def read_config(file: Path) -> ConfigFile:
    """Return what a YAML file for `mlx_lm lora -c` asks for, in our names.

    What it leaves out has mlx-lm's default, so that it means what it means there. Our own settings
    may stand in it too. Raises CallgateError that names file and key.
    """
    content = _read(file)
    from mlx_lm.lora import CONFIG_DEFAULTS

    if problem := _refusal(content):
        raise CallgateError(f"{file}: {problem}")
    own = {key: content[key] for key in _OWN if key in content and key not in _SAME}
    try:
        settings = _translated(content, CONFIG_DEFAULTS) | own
        settings_from(settings)
    except (ValueError, TypeError, AttributeError, CallgateError) as problem:
        raise CallgateError(f"{file}: {problem}") from None
    paths = {key: Path(str(content[key])) for key in _PATHS if key in content}
    if content.get("resume_adapter_file"):
        paths["start"] = Path(str(content["resume_adapter_file"])).parent
    return ConfigFile(paths, settings, _notes(content))
