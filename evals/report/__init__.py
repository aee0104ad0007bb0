"""Showing what was decided: HTML, Markdown."""
