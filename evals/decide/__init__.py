"""Deciding from judged cases: results file, statistics, gate."""

from .gate import GateLine, GateResult, apply_gate
from .policies import OFF, POLICIES_FILE, Policy, find_policy, read_policies
from .recording import case_record, repeated_record
from .records import CaseRecord
from .results import Rate, Results, Summary, make_results, read_results, summarize
from .statistics import Interval, percent, wilson_interval

__all__ = [
    "OFF",
    "POLICIES_FILE",
    "CaseRecord",
    "GateLine",
    "GateResult",
    "Interval",
    "Policy",
    "Rate",
    "Results",
    "Summary",
    "apply_gate",
    "case_record",
    "find_policy",
    "make_results",
    "percent",
    "read_policies",
    "read_results",
    "repeated_record",
    "summarize",
    "wilson_interval",
]
