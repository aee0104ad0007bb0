"""The stages: data and model, each a function first and a command second."""
