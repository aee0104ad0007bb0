"""Judging an answer: six layers, each pass, fail or not applicable, with a sentence."""
