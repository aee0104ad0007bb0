"""The pytest hooks and options of callgate."""
