"""The commands that decide from runs: compare, gate, runs, promote, rollback, report."""
