"""Asking a model the cases: prompts, engines, batches and the answer store."""
