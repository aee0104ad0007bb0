"""The stages that look at the data: audit and clean."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import SUITE_FOLDER, CallgateError, load_suite

from ..files import sha256_of_file, write_atomic
from .build import AUDIT, CLEAN, SPLITS, Build, data_hashes, hash_of_data, is_file
from .stage import Outcome, Stage

if TYPE_CHECKING:
    from ..data.audit_report import AuditReport


def _is_data(folder: Path, fingerprint: str) -> bool:
    return (folder / SPLITS[0]).is_file() and hash_of_data(folder) == fingerprint


def _refuse_errors(build: Build, folder: Path, report: "AuditReport") -> None:
    """Raise CallgateError for errors in the data to train on, unless the profile allows them."""
    errors = [finding for finding in report.findings if finding.severity == "error"]
    if errors and not build.allows_errors:
        listed = ", ".join(f"{finding.id} ({finding.count} rows)" for finding in errors)
        raise CallgateError(
            f"{folder}: the audit finds errors in the data to train on: {listed}; mend them, or "
            'train on them nevertheless with --force, or errors = "allow" in the table [audit] of '
            "the profile"
        )


def audit_stage(build: Build) -> Stage:
    """Return the audit of the data as it came: audit.json."""
    output = build.folder / "audit.json"

    def make() -> Outcome:
        from ..data.audit import audit

        report = audit([build.source])
        if not build.profile.clean.fixers:
            _refuse_errors(build, build.source, report)
        write_atomic(output, report.model_dump_json(indent=2) + "\n")
        return Outcome(sha256_of_file(output), report.totals)

    inputs = data_hashes(build.source) | {
        "suite": load_suite(SUITE_FOLDER).sha256,
        "audit.errors": "allow" if build.allows_errors else "refuse",
    }
    return Stage(AUDIT, inputs, (), output, make, is_file)


def clean_stage(build: Build) -> Stage:
    """Return the cleaning: a folder `data`, in which the audit finds no error."""
    table, output = build.profile.clean, build.data

    def make() -> Outcome:
        from ..data.audit import audit
        from ..data.clean import CleanSettings, clean

        shutil.rmtree(output, ignore_errors=True)
        settings = CleanSettings(frozenset(table.fixers), table.announcements)
        manifest = clean(build.source, output, settings).manifest
        report = audit([output])
        try:
            _refuse_errors(build, output, report)
        except CallgateError:
            shutil.rmtree(output)
            raise
        said = f"{manifest.rows_in} rows in, {manifest.changed} changed; left: {report.totals}"
        return Outcome(hash_of_data(output), said)

    inputs = data_hashes(build.source) | {
        "suite": load_suite(SUITE_FOLDER).sha256,
        "clean.fixers": ", ".join(sorted(table.fixers)),
        "clean.announcements": table.announcements,
        "audit.errors": "allow" if build.allows_errors else "refuse",
    }
    return Stage(CLEAN, inputs, (), output, make, _is_data)
