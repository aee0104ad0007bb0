"""Generating examples from the typed tools: queries, code that runs, and whole conversations."""
