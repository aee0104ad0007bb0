"""The `callgate` command: a table of commands, each imported only when it is called."""

import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple

from fixtures import CallgateError

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130


class Command(NamedTuple):
    """A command: the module whose `main(arguments) -> int` runs it, and its line in the help."""

    module: str
    summary: str


COMMANDS = {
    "doctor": Command("pipeline.model.doctor", "what this machine computes with and lacks"),
    "model": Command("pipeline.model.command", "import a GGUF model as an MLX model folder"),
    "audit": Command("pipeline.data.audit_command", "tell what a data set will teach a model"),
    "clean": Command("pipeline.data.clean_command", "repair a data set without losing anything"),
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 2 for a problem of the input, 130 for Ctrl-C."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help"):
        print(help_text())
        return 0 if words else EXIT_ERROR
    command = COMMANDS.get(words[0])
    if command is None:
        print(f"callgate: error: no command {words[0]!r}; see `callgate --help`", file=sys.stderr)
        return EXIT_ERROR
    try:
        code: int = importlib.import_module(command.module).main(words[1:])
    except CallgateError as problem:
        print(f"callgate: error: {problem}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("callgate: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output closed it (`callgate audit X | head`): nothing is wrong.
        sys.stderr.close()
        return 0
    except OSError as problem:
        print(f"callgate: error: {problem}", file=sys.stderr)
        return EXIT_ERROR
    return code
