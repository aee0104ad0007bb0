"""The `callgate` command: a table of commands, each imported only when it is called."""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from fixtures import CallgateError

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


class Command(NamedTuple):
    """A command: the module whose `main(arguments) -> int` runs it, and its line in the help."""

    module: str
    summary: str


COMMANDS = {
    "doctor": Command("pipeline.model.doctor", "what this machine computes with and lacks"),
    "model": Command("pipeline.model.command", "import a GGUF model as an MLX model folder"),
    "audit": Command("pipeline.data.audit_command", "tell what a data set will teach a model"),
    "clean": Command("pipeline.data.clean_command", "repair a data set without losing anything"),
    "train": Command("pipeline.model.train.command", "train a LoRA adapter on chat data"),
    "fuse": Command("pipeline.model.fuse", "make one model of an adapter and its base"),
    "quantize": Command("pipeline.model.quantize_command", "make a model folder smaller"),
    "fidelity": Command(
        "pipeline.model.fidelity.command", "whether a model made smaller is what was trained"
    ),
    "build": Command("pipeline.build.command", "go from data to a verdict in one chain"),
    "augment": Command("evals.commands.augment", "generate examples of what data lacks"),
    "experiment": Command("evals.commands.experiment", "measure what a habit in the data costs"),
    "judge": Command("evals.judge.command", "see that the judge catches wrong answers"),
    "suite": Command("evals.judge.suite_command", "check a suite of cases, ours or yours"),
    "compare": Command("evals.commands.compare", "compare two runs case by case"),
    "gate": Command("evals.commands.gate", "hold a policy against a recorded run"),
    "runs": Command("evals.commands.runs", "list, show, tag and prune the recorded runs"),
    "promote": Command("evals.commands.promote", "let a run serve, or say what it lacks"),
    "rollback": Command("evals.commands.rollback", "undo the last promotion"),
    "report": Command("evals.commands.report", "write the static site of all runs"),
}


def help_text() -> str:
    """Return the help of `callgate` itself."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: callgate COMMAND [OPTION ...]",
            "",
            "Audit tool-calling data, fine-tune on it, and gate the result.",
            "",
            "commands:",
            *lines,
            "",
            "`callgate COMMAND --help` explains one. The 57 cases are asked with `pytest evals`",
            "(`pytest evals --help`, section callgate).",
        ]
    )


def _run(words: Sequence[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        print(help_text(), flush=True)
        return 0 if words else EXIT_ERROR
    command = COMMANDS.get(words[0])
    if command is None:
        known = ", ".join(COMMANDS)
        raise CallgateError(f"there is no command {words[0]!r}: known are {known}")
    code: int = importlib.import_module(command.module).main(words[1:])
    sys.stdout.flush()
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 2 for a problem of the input, 130 for Ctrl-C."""
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except CallgateError as problem:
        print(f"callgate: error: {problem}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("callgate: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader has what it wanted (`callgate audit DATA | head`); the interpreter must not
        # try to write the rest when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except OSError as problem:
        print(f"callgate: error: {problem}", file=sys.stderr)
        return EXIT_ERROR
