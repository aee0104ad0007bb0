"""Promoting a run to production and undoing it: tags, history, the adapter that served before."""

import shutil
import tempfile
from pathlib import Path

from fixtures import CallgateError

from ..decide.manifest import read_manifest
from .promotions import Promotion, read_promotions, write_promotions
from .prune import QUANTIZED_FOLDER
from .tags import BASELINE, PRODUCTION, read_tags, write_tags

ARCHIVE = "archive"
ADAPTER_FOLDER = "adapter"


def adapter_beside(model: Path) -> Path | None:
    """Return the adapter that a quantized model was made from: `adapter` beside `5bit`."""
    adapter = model.with_name(ADAPTER_FOLDER)
    return adapter if model.name == QUANTIZED_FOLDER and adapter.is_dir() else None


def _archive_adapter(reports: Path, run: str, checkout: Path) -> str | None:
    """Copy the adapter of a run into the archive, whole or not at all; None if there is none."""
    adapter = adapter_beside(checkout / read_manifest(reports / run / "manifest.json").model_folder)
    if adapter is None:
        return None
    target = reports / ARCHIVE / run / ADAPTER_FOLDER
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".copying-", dir=target.parent) as copy:
            shutil.copytree(adapter, Path(copy) / ADAPTER_FOLDER)
            (Path(copy) / ADAPTER_FOLDER).rename(target)
    return str(target.relative_to(reports))


def promote(
    reports: Path, run: str, policy: str, override: str | None, at: str, checkout: Path
) -> Promotion:
    """Make a run the production and the baseline; `at` is the time as ISO 8601.

    Raises CallgateError when it serves already, OSError when the archive cannot be written.
    """
    tags = read_tags(reports)
    previous = tags.tags.get(PRODUCTION)
    if previous == run:
        raise CallgateError(f"{run} is in production already")
    archived = None
    if previous is not None and (reports / previous).is_dir():
        archived = _archive_adapter(reports, previous, checkout)
    promotion = Promotion(
        run=run,
        at=at,
        policy=policy,
        override=override,
        previous_production=previous,
        previous_baseline=tags.tags.get(BASELINE),
        archived_adapter=archived,
    )
    # The history first: tags without it could not be rolled back.
    write_promotions(reports, read_promotions(reports).with_new(promotion))
    write_tags(reports, tags.changed({PRODUCTION: run, BASELINE: run}))
    return promotion


def roll_back(reports: Path, at: str) -> Promotion:
    """Undo the last promotion and return it; raises CallgateError when there is none to undo."""
    history = read_promotions(reports)
    if not history.standing:
        raise CallgateError(f"{reports}: nothing was promoted, so there is nothing to roll back")
    last = history.standing[-1]
    tags = read_tags(reports)
    if tags.tags.get(PRODUCTION) not in (last.run, last.previous_production):
        raise CallgateError(
            f"production is {tags.tags.get(PRODUCTION, 'no run')}, and {last.run} was promoted "
            "last: the tag was moved since; set it with `callgate runs tag RUN production`"
        )
    before = {PRODUCTION: last.previous_production, BASELINE: last.previous_baseline}
    write_tags(reports, tags.changed(before))
    write_promotions(reports, history.with_rolled_back(at))
    return last
