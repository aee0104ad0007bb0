"""Telling code that went wrong from code that the sandbox cannot run."""

import builtins
import re
import sys

_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
_NO_NAME_IN_MODULE = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
_NOT_DEFINED = re.compile(r"name '(\w+)' is not defined")
_NO_ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
_MODULE_WITHOUT = re.compile(r"module '([\w.]+)' has no attribute '(\w+)'")


def why_not_run(kind: str, message: str) -> str | None:
    """Return why the sandbox cannot run what Python would; None when Python would fail as well."""
    if kind == "NotImplementedError" or "Internal error in monty" in message:
        return f"the sandbox does not support it: {message}"
    if found := _NO_MODULE.search(message):
        if found[1].split(".")[0] in sys.stdlib_module_names:
            return f"the sandbox has no module {found[1]!r}"
    elif found := _NO_NAME_IN_MODULE.search(message):
        if hasattr(sys.modules.get(found[2]), found[1]):
            return f"the sandbox has no {found[2]}.{found[1]}"
    elif found := _MODULE_WITHOUT.search(message):
        if hasattr(sys.modules.get(found[1]), found[2]):
            return f"the sandbox has no {found[1]}.{found[2]}"
    elif found := _NOT_DEFINED.search(message):
        if hasattr(builtins, found[1]) or found[1] in ("exit", "quit"):
            return f"the sandbox has no function {found[1]!r}"
    elif (found := _NO_ATTRIBUTE.search(message)) and kind == "AttributeError":
        plain = getattr(builtins, found[1], None)
        if not found[2].startswith("__") and isinstance(plain, type) and hasattr(plain, found[2]):
            return f"the sandbox has no method {found[2]!r} of {found[1]}"
    return None
