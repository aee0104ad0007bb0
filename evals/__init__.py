"""Everything about a model's answers: ask, judge, decide, report."""
