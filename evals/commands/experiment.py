"""`callgate experiment`: what a habit in the data costs, measured with several seeds."""

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fixtures import CallgateError
from pipeline.files import CHECKOUT
from pipeline.model.embedded import EMBEDDED_MODEL_UNQUANTIZED
from pipeline.model.train.settings import TrainingSettings

from ..experiment.arms import ARMS, DEFAULT_ARMS, arms_named
from ..number_options import positive

if TYPE_CHECKING:
    from ..experiment.plan import Experiment
    from ..experiment.record import ExperimentRecord

DATA = CHECKOUT / "data" / "augmented"
EXPERIMENTS = CHECKOUT / "experiments"
DOCUMENT = CHECKOUT / "docs" / "experiments.md"
KEPT = CHECKOUT / "reports" / "experiments"
# What a training and the models it is asked with take; `callgate train` says it exactly.
_BYTES_A_LANE = 4 << 30

_ARM_LIST = "\n".join(f"  {arm.name:<15}{arm.title}" for arm in ARMS.values())
_EPILOG = f"""
arms:
{_ARM_LIST}

Every arm is trained with every seed, fused, quantized, and asked the cases, fused and quantized.
Each is a build of its own (`callgate build`): killed or stopped, the same command goes on, and
skips what is there; --seeds, raised later, adds to it. Fused and quantized folders are deleted as
soon as they are asked.

examples:
  callgate experiment preambles
  callgate experiment preambles --arms augmented,announcements,cleaned --seeds 5
  callgate experiment preambles --from reports/experiments/preambles.json
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line of `callgate experiment`."""
    parser = argparse.ArgumentParser(
        prog="callgate experiment",
        description="Train on several versions of a data set, ask them all, tell the difference.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("experiment", choices=("preambles",), help="which one")
    add("--data", type=Path, metavar="DIR", default=DATA, help="default: data/augmented")
    add("--arms", metavar="LIST", default=",".join(DEFAULT_ARMS), help="default: %(default)s")
    add("--seeds", type=positive, metavar="N", default=3, help="seeds 0 to N-1 (default: 3)")
    add("--iterations", type=positive, metavar="N", default=400, help="default: %(default)s")
    rate = TrainingSettings.learning_rate
    add("--learning-rate", type=float, metavar="R", default=rate, help="default: %(default)s")
    add("--base", type=Path, metavar="DIR", default=EMBEDDED_MODEL_UNQUANTIZED, help="base model")
    add("--bits", type=int, default=5, help="default: %(default)s")
    add("--group-size", type=int, default=64, help="default: %(default)s")
    add("--max-tokens", type=positive, default=512, help="longest answer (default: %(default)s)")
    add(
        "-o", "--out", type=Path, metavar="DIR", default=EXPERIMENTS / "preambles",
        help="default: experiments/preambles",
    )  # fmt: skip
    add(
        "--adapters", type=Path, metavar="DIR",
        help="where adapters of earlier trainings lie; those made from the same base, data and "
        "settings are taken",
    )  # fmt: skip
    add("--jobs", type=positive, metavar="N", help="builds at a time (default: as fit here)")
    add("--from", type=Path, dest="source", metavar="FILE", help="tell an experiment.json again")
    add("--write-docs", action="store_true", help="put the result into docs/experiments.md")
    add("--document", type=Path, metavar="FILE", default=DOCUMENT, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _default_jobs(builds: int) -> int:
    """Return how many builds to run at a time: on a CPU one a core, if memory is enough."""
    import os

    from pipeline.model.blas import backend

    from ..ask.session import physical_memory_bytes

    if backend() != "cpu":
        return 1
    fit = physical_memory_bytes() // _BYTES_A_LANE
    return max(1, min(os.cpu_count() or 1, fit, builds))


def _command_of(arguments: Sequence[str], experiment: "Experiment") -> str:
    """Return the command line as another person would give it."""
    from ..experiment.plan import shown_path

    words = ["callgate", "experiment"]
    paths = {"--data": experiment.data, "-o": experiment.folder, "--base": experiment.base}
    left_out = {"--write-docs": 0, "--jobs": 1, "--adapters": 1, "--document": 1}
    rest = iter(arguments)
    for word in rest:
        if word in left_out:
            for _ in range(left_out[word]):
                next(rest)
        elif word in paths:
            words += [word, shown_path(paths[word])]
            next(rest)
        else:
            words.append(word)
    return shlex.join(words)


def _run(options: argparse.Namespace, arguments: Sequence[str]) -> "ExperimentRecord":
    from pipeline.files import write_atomic
    from pipeline.model.folders import held_by

    from ..experiment.lanes import run_builds
    from ..experiment.plan import Experiment, experiment_record

    experiment = Experiment(
        folder=options.out.resolve(),
        data=options.data.resolve(),
        arms=arms_named(options.arms),
        seeds=options.seeds,
        iterations=options.iterations,
        learning_rate=options.learning_rate,
        base=options.base.resolve(),
        bits=options.bits,
        group_size=options.group_size,
        max_tokens=options.max_tokens,
        adapters=options.adapters.resolve() if options.adapters else None,
    )
    if not (experiment.data / "train.jsonl").is_file():
        raise CallgateError(f"{options.data}: holds no train.jsonl")
    builds = experiment.builds
    jobs = min(options.jobs or _default_jobs(len(builds)), len(builds))
    with held_by("experiment", experiment.folder):
        for build in builds:
            build.write_profile()
        print(f"{experiment.folder}: {len(builds)} builds, {jobs} at a time", flush=True)
        run_builds(builds, jobs, lambda line: print(line, flush=True))
    record = experiment_record(experiment, _command_of(arguments, experiment), builds)
    file = experiment.folder / "experiment.json"
    write_atomic(file, record.model_dump_json(indent=1) + "\n")
    print(f"\nwritten: {file}")
    return record


def _write_docs(record: "ExperimentRecord", document: Path) -> None:
    """Put the section into the document; its plot goes beside it, its record to reports/."""
    from pipeline.files import write_atomic

    from ..experiment.plot import write_plot
    from ..experiment.text import section_of, write_section

    kept = KEPT if document == DOCUMENT else document.parent
    plot = document.parent / "images" / f"experiment-{record.name}.svg"
    for folder in (kept, plot.parent):
        folder.mkdir(parents=True, exist_ok=True)
    file = kept / f"{record.name}.json"
    shown = f"../reports/experiments/{file.name}" if document == DOCUMENT else file.name
    write_section(document, record.name, section_of(record, f"images/{plot.name}", shown))
    write_atomic(file, record.model_dump_json(indent=1) + "\n")
    write_plot(record, plot)
    print(f"written: {document}, {plot}, {file}")


def main(arguments: Sequence[str]) -> int:
    """Run `callgate experiment` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)

    from ..experiment.text import text_of

    if options.source is not None:
        from ..experiment.record import read_experiment

        record = read_experiment(options.source)
        folder = options.source.parent
    else:
        record = _run(options, arguments)
        folder = options.out
    print("\n".join(text_of(record)))
    if options.source is None:
        from ..experiment.plot import write_plot

        write_plot(record, folder / "experiment.svg")
        print(f"written: {folder / 'experiment.svg'}")
    if options.write_docs:
        _write_docs(record, options.document)
    return 0
