"""Fidelity: whether the models made from an adapter still are what was trained."""
