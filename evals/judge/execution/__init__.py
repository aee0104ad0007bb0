"""Running the code of calls: what it really does, beside what reading it says."""

from .canned import canned_results
from .sandbox import Execution, Sandbox, ToolRun
from .verdict import Executed, execute_answer, execute_turn

__all__ = [
    "Executed",
    "Execution",
    "Sandbox",
    "ToolRun",
    "canned_results",
    "execute_answer",
    "execute_turn",
]
