"""One line: which plugin."""

pytest_plugins = ["evals.plugin"]
