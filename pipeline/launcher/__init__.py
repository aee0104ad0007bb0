"""The installed `callgate` package: it finds the checkout and hands over to its command line."""

import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the command line of the checkout that this launcher was installed from.

    Raises SystemExit when the package was installed without `-e`, away from its checkout.
    """
    if not (_CHECKOUT / "pipeline" / "cli.py").is_file():
        raise SystemExit(
            "callgate: error: the command needs its checkout (cases, data, reports): "
            "run `pip install -e .` in a clone of the repository"
        )
    sys.path.insert(0, str(_CHECKOUT))
    from pipeline.cli import main as run

    return run()
