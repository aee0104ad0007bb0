"""Deciding from judged cases: results file, statistics, gate."""
