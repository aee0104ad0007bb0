"""What the code of a call does with tools, found without running it.

An abstract interpreter follows each tool's result through assignments, loops, comprehensions,
indexing, unpacking, branches, local functions and lambdas, so that a field counts only when it is
read from a result that may have it, and a tool only where the code can reach the call.
"""

from .reading import CodeReading, parse, read_code
from .values import CodeTooComplexError, ToolCall

__all__ = ["CodeReading", "CodeTooComplexError", "ToolCall", "parse", "read_code"]
